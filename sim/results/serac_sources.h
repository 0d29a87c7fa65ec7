/* serac_sources.h - which sources this program was built from. */
#ifndef SERAC_SOURCES_H
#define SERAC_SOURCES_H

/* 32 hexadecimal digits over the files that determine results: SOURCES in the Makefile, which
 * makes the object. */
extern const char serac_sources[];

#endif
