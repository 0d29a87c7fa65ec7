#!/usr/bin/env python3
"""modules.py - modules of an FPGA that are synthesised already.

    modules.py known STORE COMMAND TOP LIST NEW.il   yosys commands: those of LIST that STORE has
                                                     become black boxes; a module serac_new of all others
    modules.py join STORE COMMAND TOP LIST NEW.json  puts the others into STORE, prints a netlist of all

A module is kept for the COMMAND that made it. One without DSPs is the same with -nodsp. The top
module's name does not tell its parameters: it is never kept.
"""
import hashlib
import json
import os
import sys

what, store, command, top, listing, new_file = sys.argv[1:7]
names = [line.strip() for line in open(listing) if line.startswith('  ')]


def path(name, by):
    return f'{store}/{hashlib.sha1((by + name).encode()).hexdigest()}.json'


def find(name):
    """The file of a module, or None."""
    if name == top:
        return None
    if os.path.exists(path(name, command)):
        return path(name, command)
    other = path(name, command.replace(' -nodsp', ' '))
    if ' -nodsp' in command and os.path.exists(other) and '"DSP48' not in open(other).read():
        return other
    return None


if what == 'known':
    with open(new_file, 'w') as out:
        out.write('module \\serac_new\n')
        for i, name in enumerate(names):
            if find(name):
                print('blackbox', name)
            else:
                out.write(f'  attribute \\keep 1\n  cell {"" if name[0] == "$" else chr(92)}{name} \\u_{i}\n  end\n')
        out.write('end\n')
    sys.exit()
new = json.load(open(new_file))['modules']
os.makedirs(store, exist_ok=True)
modules = {}
for name in names:
    at = find(name)
    if at:
        modules[name] = json.load(open(at))
        continue
    modules[name] = new[name]
    del modules[name]['netnames']
    if name != top:
        part = f'{path(name, command)}.{os.getpid()}'
        with open(part, 'w') as out:
            json.dump(modules[name], out)
        os.rename(part, path(name, command))
json.dump({'modules': modules}, sys.stdout)
