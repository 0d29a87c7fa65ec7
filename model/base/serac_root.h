/* serac_root.h - where the files are that this copy of Serac reads.
 *
 * The root is the source tree, or PREFIX/share/serac, which `make install` gives the
 * same folders: configs, rtl, sim, model, scripts, reports. What differs between the two is
 * compiled into serac_root.c and into no other file. */
#ifndef SERAC_ROOT_H
#define SERAC_ROOT_H

#include <stddef.h>

/* The root's folder, without a slash at its end. */
const char *serac_root(void);

/* `to`, filled with the root, a slash and `below`; cut if it has no room. */
char *serac_root_path(char *to, size_t room, const char *below);

/* The folder of serac_systemc.so: build/ of the source tree, or PREFIX/lib/serac. */
const char *serac_root_plugins(void);

#endif
