// draw.mjs - draws pictures: node draw.mjs MODULES KIND SOURCE.json OUT.svg. MODULES is the folder with node_modules.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const [modules, kind, from, to] = process.argv.slice(2);
const require = createRequire(pathToFileURL(resolve(modules) + '/'));
const { draw } = await import(kind === 'wave' ? './waves.mjs' : './blocks.mjs');
const tools = kind === 'wave' ? { wavedrom: require('wavedrom'), skins: require('wavedrom/skins/narrow.js') } : { ELK: require('elkjs') };
writeFileSync(to, await draw(JSON.parse(readFileSync(from, 'utf8')), tools));
