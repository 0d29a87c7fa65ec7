# install.mk - make install, make uninstall: Serac without its source tree.
#
#   PREFIX/bin/serac                       the command
#   PREFIX/lib/libserac.{a,so}             the model, and the devices that a driver can be given
#   PREFIX/lib/libseracdrv.{a,so}          the driver, which needs nothing
#   PREFIX/lib/libseracsystemc.a           the SystemC module
#   PREFIX/lib/serac/                      what the command loads
#   PREFIX/lib/pkgconfig/                  serac.pc, seracdrv.pc, seracsystemc.pc
#   PREFIX/include/serac/                  headers
#   PREFIX/share/serac/                    configs, RTL (serac.core), and what builds it
#   PREFIX/share/man, bash-completion, zsh, doc/serac
#
# PREFIX, LIBDIR and so on are where it will run; DESTDIR comes before each when files are copied.

PREFIX     ?= /usr/local
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR    ?= $(PREFIX)/share
BASHDIR     = $(DATADIR)/bash-completion/completions
ZSHDIR      = $(DATADIR)/zsh/site-functions
I          := $(B)/install
VERSION    := $(shell sed -n 's/^.define SERAC_VERSION "\(.*\)"/\1/p' sim/cli/serac_cli.h)
# Before 1.0 structs may change with each minor version, so the name that programs look for has it.
SOVERSION  := $(basename $(VERSION))

# What a program outside may include. The rest of model/ is between its own files.
PRIVATE_H  := $(patsubst %,serac_%.h,block config_read fast fast_job fast_layer fast_post gemm_method gemm_tile geometry host_functions map_insn math \
              network_read rng stages steady_eval steady_shape steady_train steady_words workload_read)
PUBLIC_H   := $(filter-out $(addprefix %/,$(PRIVATE_H)),$(sort $(shell find -L model -name '*.h'))) sim/device/serac_device.h \
              sim/pins/serac_rtl.h sim/infer/serac_image_make.h sim/pins/serac_axi_check.h
DRIVER_H   := $(wildcard drivers/*.h)
SYSTEMC_H  := sim/systemc/serac_tlm.h
# The model, and of sim/ the devices with what they need.
DEVICE_O   := $(patsubst %.c,$(B)/%.o,$(filter-out sim/pins/serac_polls.c,$(call sources,sim/device sim/pins sim/trace)) \
              sim/infer/serac_image_make.c)
LIB_O      := $(filter-out $(B)/model/base/serac_root.o,$(MODEL_O)) $(DEVICE_O) $(I)/serac_root.o
TLM_O      := $(patsubst sim/systemc/%.cpp,$(I)/%.o,$(wildcard sim/systemc/serac_tlm*.cpp))
LIB_LIBS   := -lconfig -lz -lm -ldl

# The only file that knows the place; compiled for this PREFIX, whatever was there before.
$(I)/serac_root.o: model/base/serac_root.c always
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DSERAC_ROOT=\"$(DATADIR)/serac\" -DSERAC_PLUGINS=\"$(LIBDIR)/serac\" -c $< -o $@

$(I)/serac: sim/main.c $(I)/serac_root.o $(B)/libseracsim.a $(B)/libseracdrv.a $(B)/libserac.a
	$(CC) $(CFLAGS) -rdynamic $^ -o $@ $(LIBS) -ldl

$(I)/libserac.a: $(LIB_O)
	@rm -f $@; ar rcs $@ $^
$(I)/libseracsystemc.a: $(TLM_O)
	@rm -f $@; ar rcs $@ $^
$(I)/%.o: sim/systemc/%.cpp $(shell find -L sim model -name '*.h')
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -O2 -g -Wall -Wextra -Werror $(PIC) $(INCLUDE) -c $< -o $@

# Exported is what a public header names: the linker's script says so, and hides the rest.
define version_script
	@{ echo 'SERAC_$(SOVERSION) { global:'; nm -g --defined-only $(1) | awk 'NF == 3 {print $$3}' | sort -u | \
	  grep -Fxf <(grep -oh 'serac_[a-z0-9_]*' $(2) | sort -u) | sed 's/$$/;/'; echo 'local: *; };'; } > $(3)
endef
$(I)/%.map $(I)/%.so: SHELL := /bin/bash
$(I)/libserac.so: $(I)/libserac.a $(PUBLIC_H)
	$(call version_script,$<,$(PUBLIC_H),$(I)/libserac.map)
	$(CC) -shared -Wl,-soname,libserac.so.$(SOVERSION) -Wl,--version-script=$(I)/libserac.map -Wl,--no-undefined \
	  -Wl,--as-needed -Wl,--whole-archive $< -Wl,--no-whole-archive -o $@ $(LIB_LIBS)
$(I)/libseracdrv.so: $(B)/libseracdrv.a $(DRIVER_H)
	@mkdir -p $(@D)
	$(call version_script,$<,$(DRIVER_H),$(I)/libseracdrv.map)
	$(CC) -shared -Wl,-soname,libseracdrv.so.$(SOVERSION) -Wl,--version-script=$(I)/libseracdrv.map \
	  -Wl,--no-undefined -Wl,--whole-archive $< -Wl,--no-whole-archive -o $@

# pkg-config: name, description, requires, libs, private libs, cflags
define pc
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(INCLUDEDIR)/serac' '' 'Name: $(1)' 'Description: $(2)' \
	  'Version: $(VERSION)' 'Requires: $(3)' 'Libs: -L$${libdir} $(4)' 'Libs.private: $(5)' \
	  'Cflags: -I$${includedir}$(6)' > $(D)$(LIBDIR)/pkgconfig/$(1).pc
endef

# The driver for a bare machine: one object, no library, no operating system.
.PHONY: firmware
firmware: $(B)/firmware/libseracdrv.a ## the driver alone, freestanding, for CROSS= (riscv64-unknown-elf-)
$(B)/firmware/libseracdrv.a: drivers/serac_drv.c $(DRIVER_H) always
	@mkdir -p $(@D)
	$(CROSS)gcc -std=c11 -Os -ffreestanding -nostdlib -ffunction-sections $(WARN) -Imodel/base -Imodel/machine -Idrivers $(FIRMWARE_CFLAGS) \
	  -c $< -o $(@D)/serac_drv.o
	@rm -f $@; $(CROSS)ar rcs $@ $(@D)/serac_drv.o

# Debug sections name this tree; STRIP=: keeps them.
STRIP ?= strip -g
D := $(DESTDIR)
# $(call copy,FILES,FOLDER)
copy = @install -d $(D)$(2) && install -m 644 $(1) $(D)$(2)

.PHONY: install install-lib install-data install-doc uninstall
install: install-lib install-data install-doc ## installs under PREFIX= (/usr/local), copying to DESTDIR=PREFIX
	@install -d $(D)$(PREFIX)/bin && install -m 755 $(I)/serac $(D)$(PREFIX)/bin/serac
	@$(STRIP) $(D)$(PREFIX)/bin/serac
	@echo "installed: serac $(VERSION) in $(D)$(PREFIX)"

install-lib: $(I)/serac $(I)/libserac.a $(I)/libserac.so $(I)/libseracdrv.so $(B)/libseracdrv.a \
             $(I)/libseracsystemc.a systemc
	$(call copy,$(PUBLIC_H) $(DRIVER_H) $(SYSTEMC_H),$(INCLUDEDIR)/serac)
	$(call copy,$(I)/libserac.a $(B)/libseracdrv.a $(I)/libseracsystemc.a,$(LIBDIR))
	@for lib in libserac libseracdrv; do \
	  install -m 644 $(I)/$$lib.so $(D)$(LIBDIR)/$$lib.so.$(VERSION) && \
	  ln -sf $$lib.so.$(VERSION) $(D)$(LIBDIR)/$$lib.so.$(SOVERSION) && \
	  ln -sf $$lib.so.$(SOVERSION) $(D)$(LIBDIR)/$$lib.so || exit 1; done
	$(call copy,$(B)/serac_systemc.so,$(LIBDIR)/serac)
	@$(STRIP) $(D)$(LIBDIR)/libserac*.a $(D)$(LIBDIR)/libserac*.so.$(VERSION) $(D)$(LIBDIR)/serac/*.so
	@install -d $(D)$(LIBDIR)/pkgconfig
	$(call pc,serac,Bit-serial accelerator: cycle model and devices,,-lserac,$(LIB_LIBS),)
	$(call pc,seracdrv,Driver of the Serac accelerator,,-lseracdrv,,)
	$(call pc,seracsystemc,Serac accelerator as a SystemC TLM-2.0 module,serac,-lseracsystemc -lsystemc,, -std=c++17)

# The same folders as here, so that one root serves both.
install-data:
	@for dir in $(sort $(dir $(wildcard configs/*/*.*))); do \
	  install -d $(D)$(DATADIR)/serac/$$dir && install -m 644 $$dir*.* $(D)$(DATADIR)/serac/$$dir || exit 1; done
	$(call copy,configs/README.md configs/regs.cfg,$(DATADIR)/serac/configs)
	$(call copy,$(wildcard rtl/*.*),$(DATADIR)/serac/rtl)
	$(call copy,$(wildcard rtl/figures/*),$(DATADIR)/serac/rtl/figures)
	$(call copy,$(patsubst %,sim/pins/serac_%,rtl.h pins.h icarus.h rtl_shim.cpp),$(DATADIR)/serac/sim/pins)
	$(call copy,$(patsubst %,sim/trace/serac%,_probe.vlt _states.txt .gtkw),$(DATADIR)/serac/sim/trace)
	$(call copy,$(wildcard sim/icarus/serac_*),$(DATADIR)/serac/sim/icarus)
	$(call copy,$(patsubst %,model/machine/serac_%.h,design regs),$(DATADIR)/serac/model/machine)
	$(call copy,$(patsubst %,model/base/serac_%.h,error status),$(DATADIR)/serac/model/base)
	@install -d $(D)$(DATADIR)/serac/scripts
	@install -m 755 scripts/build_rtl.sh scripts/build_icarus.sh scripts/verilator_runtime.sh $(D)$(DATADIR)/serac/scripts
	$(call copy,reports/accuracy.csv reports/pairs.csv,$(DATADIR)/serac/reports)

install-doc: $(I)/serac
	$(call copy,README.md LICENSE CHANGELOG.md CITATION.cff,$(DATADIR)/doc/serac)
	@install -d $(D)$(DATADIR)/man/man1 $(D)$(BASHDIR) $(D)$(ZSHDIR)
	@$(I)/serac help --man > $(D)$(DATADIR)/man/man1/serac.1
	@$(I)/serac help --bash > $(D)$(BASHDIR)/serac
	@printf '%s\n' '#compdef serac' 'autoload -U +X bashcompinit && bashcompinit' '. $(BASHDIR)/serac' \
	  '_bash_complete -o default -F _serac' > $(D)$(ZSHDIR)/_serac

# Whole folders are Serac's own; of others only its files go.
uninstall: ## removes what make install of the same PREFIX= and DESTDIR= has copied
	@rm -f $(D)$(PREFIX)/bin/serac $(D)$(DATADIR)/man/man1/serac.1 $(D)$(BASHDIR)/serac $(D)$(ZSHDIR)/_serac \
	  $(D)$(LIBDIR)/libserac.* $(D)$(LIBDIR)/libseracdrv.* $(D)$(LIBDIR)/libseracsystemc.a \
	  $(patsubst %,$(D)$(LIBDIR)/pkgconfig/%.pc,serac seracdrv seracsystemc)
	@rm -rf $(D)$(INCLUDEDIR)/serac $(D)$(LIBDIR)/serac $(D)$(DATADIR)/serac $(D)$(DATADIR)/doc/serac
