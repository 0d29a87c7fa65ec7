# Serac. `make help` lists the targets.
#
# Everything is built under build/; tests always run, only their build is
# cached. SEED and MINUTES are passed on to the random benches.

CC       := gcc
CXX      := g++
OPT      ?= -O3 -g
WARN     := -Wall -Wextra -Wpedantic -Werror -Wno-format-truncation
FOLDERS  := $(shell scripts/include_flags.sh)
INCLUDE   = $(FOLDERS) -I$(B)/proto
CFLAGS    = -std=c11 -D_POSIX_C_SOURCE=200809L $(OPT) $(PIC) $(WARN) $(INCLUDE)
LIBS     := -lsqlite3 -lconfig -lcjson -lyaml -lprotobuf-c -lz -lm -lpthread
# One set of objects for programs and for libserac.so; no path of this tree in them but where
# serac_root.c says it, and where the tests' data is.
PIC      := -fPIC -fno-semantic-interposition -ffile-prefix-map=$(CURDIR)=.
ROOT     := -DSERAC_ROOT=\"$(CURDIR)\"
SEED     ?= 1
B        := build
export SEED

# $(call sources,FOLDERS): their C, whatever room it is in.
sources   = $(sort $(shell find -L $(1) -name '*.c'))
MODEL_O  := $(patsubst %.c,$(B)/%.o,$(call sources,model))
DRIVER_O := $(patsubst %.c,$(B)/%.o,$(call sources,drivers))
SIM_O    := $(patsubst %.c,$(B)/%.o,$(filter-out sim/main.c sim/icarus/%,$(call sources,sim reports))) \
            $(B)/proto/onnx.pb-c.o $(B)/sources.o $(B)/page.o
# What determines the results of a point: their digest is in its key.
SOURCES  := $(sort $(shell find -L model -name '*.[ch]') $(wildcard drivers/serac_drv.[ch] drivers/serac_i*.h sim/infer/*.[ch] \
            sim/points/serac_workload_run.[ch] sim/points/serac_timings.[ch] sim/results/serac_work.[ch] sim/results/serac_result.[ch] \
            sim/device/serac_device.[ch] sim/device/serac_device_model.[ch] sim/sweep/serac_space_run.[ch] sim/tune/*.[ch] \
            sim/import/serac_build.[ch]))
SYNTH    := cells activity energy macros fanout area terms unit events
UNITS    := $(patsubst testbench/unit/%.c,%,$(wildcard testbench/unit/test_*.c))
REF_O    := $(patsubst %.c,$(B)/%.o,$(wildcard testbench/reference/*.c))
CONFORMANCE := cmsis_nn tflite dory finn gemmlowp onnx_nodes onnxruntime transformer
BENCHES  := $(patsubst testbench/rtl/%.cpp,%,$(wildcard testbench/rtl/tb_*.cpp))

.PHONY: all help lib
all: $(B)/serac systemc ## builds the serac command and its SystemC platform

help: ## lists the targets
	@awk -F':.*## ' '/^[a-z_-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lib: $(B)/libserac.a $(B)/libseracdrv.a

$(B)/libserac.a: $(MODEL_O)
	@rm -f $@; ar rcs $@ $^
$(B)/libseracdrv.a: $(DRIVER_O)
	@rm -f $@; ar rcs $@ $^
$(B)/libseracsim.a: $(SIM_O)
	@rm -f $@; ar rcs $@ $^

# The reference of the tests is built without an include path of the project: it
# shares no code with what it judges.
$(B)/libref.a: $(REF_O)
	@rm -f $@; ar rcs $@ $^
$(REF_O): INCLUDE :=

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

$(B)/model/base/serac_root.o: CFLAGS += $(ROOT) -DSERAC_PLUGINS=\"$(CURDIR)/build\"

# Made at every build, for 10 ms, since a file may also go; written if it changed.
.PHONY: always
$(B)/sources.c: always
	@mkdir -p $(@D)
	@printf '#include "serac_sources.h"\n\nconst char serac_sources[] = "%.32s";\n' \
	  "$$(sha256sum $(SOURCES) | sha256sum)" > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(B)/sources.o: $(B)/sources.c
	$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# The page of serac report: template, style, script, and a plotting library (Debian's libjs-chart.js). The
# library may come or go, so it is looked for at every build; without it there are no charts.
CHART_JS ?= $(firstword $(wildcard /usr/share/javascript/chart.js/chart.min.js))
PAGE_JS := data filter table charts bars layers accuracy start
$(B)/page/plot.js: always
	@mkdir -p $(@D)
	@cat $(or $(CHART_JS),/dev/null) > $@.new
	@[ -n "$(CHART_JS)" ] || \
	  echo "report: libjs-chart.js is missing, so pages will have no charts: scripts/setup.sh installs it" >&2
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(B)/page.o: $(wildcard reports/page/*) $(B)/page/plot.js
	@cp reports/page/page.html reports/page/style.css $(B)/page
	@cat $(PAGE_JS:%=reports/page/%.js) > $(B)/page/script.js
	cd $(B)/page && ld -r -b binary -z noexecstack -o ../page.o page.html style.css script.js plot.js

# ONNX files are protobuf; what includes the generated header waits for it.
$(B)/proto/onnx.pb-c.c $(B)/proto/onnx.pb-c.h &: sim/import/onnx.proto
	@mkdir -p $(@D)
	protoc-c --proto_path=sim/import --c_out=$(B)/proto $<
$(B)/proto/onnx.pb-c.o: $(B)/proto/onnx.pb-c.c
	$(CC) $(CFLAGS) -MMD -MP -c $< -o $@
$(patsubst %.c,$(B)/%.o,$(wildcard sim/import/*onnx*.c)): $(B)/proto/onnx.pb-c.h

# The SystemC platform finds the model's functions in the command: -rdynamic.
$(B)/serac: sim/main.c $(B)/libseracsim.a $(B)/libseracdrv.a $(B)/libserac.a
	$(CC) $(CFLAGS) -rdynamic $^ -o $@ $(LIBS) -ldl

SYSTEMC := $(wildcard sim/systemc/*.cpp)
.PHONY: systemc
systemc: $(B)/serac_systemc.so ## builds the SystemC platform
$(B)/serac_systemc.so: $(SYSTEMC) $(shell find -L sim model -name '*.h')
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -O2 -Wall -Wextra -Werror $(PIC) -shared $(INCLUDE) $(SYSTEMC) -o $@ -lsystemc

# --- registers -------------------------------------------------------------

$(B)/gen_regs: $(wildcard scripts/regs/*.[ch])
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(filter %.c,$^) -o $@ -lconfig

.PHONY: regs check-gen
regs: $(B)/gen_regs ## regenerates the register headers and reference page
	$(B)/gen_regs configs/regs.cfg .

check-gen: $(B)/gen_regs ## fails if a generated file is not up to date
	@rm -rf $(B)/gen && mkdir -p $(B)/gen/model/machine $(B)/gen/rtl $(B)/gen/drivers
	@$(B)/gen_regs configs/regs.cfg $(B)/gen
	@for f in model/machine/serac_regs.h rtl/serac_regs.vh drivers/REGISTERS.md; do \
	  cmp $$f $(B)/gen/$$f || { echo "check-gen: $$f differs, run make regs"; exit 1; }; done
	@echo "check-gen: 3 files are current"

.PHONY: check-docs
check-docs: $(B)/serac ## fails if a document names a path, target, option or column that is not there
	@scripts/check_docs.sh

# --- pictures ----------------------------------------------------------------

$(B)/figure_blocks: scripts/figures/figure_blocks.c scripts/figures/blocks.c scripts/figures/blocks.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(filter %.c,$^) -o $@ -lcjson
$(B)/figure_wave: scripts/figures/figure_wave.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $< -o $@ -lcjson

.PHONY: figures
figures: $(B)/serac ## draws the pictures of the READMEs anew, from RTL, waveforms and #include lines
	@scripts/setup.sh --figures
	@scripts/figures.sh

# --- synthesis -------------------------------------------------------------

.PHONY: synth synth-tools
synth: ## synthesises DESIGN= for TECH= or LIBERTY=, MACROS=: area by unit, clock
	@scripts/setup.sh --synth
	@$(MAKE) -s $(B)/serac synth-tools
	@scripts/synth/synth.sh

.PHONY: fit
fit: ## coefficients by unit for TECH=; measures first what is missing (hours)
	@scripts/setup.sh --synth > /dev/null
	@$(MAKE) -s $(B)/serac synth-tools
	@scripts/synth/measure.sh
	@scripts/synth/fit.py $(or $(TECH),osu018)

.PHONY: units
units: ## every kind of dot-product unit beside a plain INT8 unit, for TECH=
	@scripts/setup.sh --synth > /dev/null
	@$(MAKE) -s synth-tools
	@scripts/synth/units.sh

.PHONY: opinion
opinion: ## energies of units by OpenSTA beside ours, for TECH=
	@scripts/setup.sh --synth > /dev/null
	@$(MAKE) -s synth-tools
	@scripts/synth/opinion.sh

synth-tools: $(SYNTH:%=$(B)/synth_%) ## builds the Liberty, activity and energy programs

$(B)/synth_cells: $(wildcard scripts/synth/cells_*.c) scripts/synth/cells.h
$(SYNTH:%=$(B)/synth_%): $(B)/synth_%: scripts/synth/%.c $(B)/libseracsim.a $(B)/libseracdrv.a \
                               $(B)/libserac.a
	$(CC) $(CFLAGS) $(filter %.c,$^) $(filter %.a,$^) -o $@ $(LIBS)

# --- tests -----------------------------------------------------------------

$(B)/unit/%: testbench/unit/%.c $(B)/libseracsim.a $(B)/libseracdrv.a $(B)/libserac.a  $(B)/libref.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(ROOT) -Itestbench $^ -o $@ -lcmocka $(LIBS) -ldl

# NAME_TESTS: group NAME for scripts/run_tests.sh; NAME_NEEDS: what has to be built for it.
unit_NEEDS  := $(UNITS:%=$(B)/unit/%)
unit_TESTS  := unit $(unit_NEEDS)
rtl_NEEDS   := $(B)/libserac.a $(B)/sim/pins/serac_axi_check.o
rtl_TESTS   := rtl $(BENCHES:%=scripts/run_bench.sh:%)

.PHONY: test-unit test-rtl lint
test-unit: $(unit_NEEDS) ## unit tests of the C code
	@scripts/run_tests.sh $(unit_TESTS)

test-rtl: $(rtl_NEEDS) ## module benches of the RTL; SEED=n repeats one
	@scripts/run_tests.sh $(rtl_TESTS)

lint: ## Verilator lint of the RTL at several parameter points
	@scripts/lint_rtl.sh

$(CONFORMANCE:%=$(B)/conformance/%): $(B)/conformance/%: testbench/conformance/%.c testbench/conformance/conformance.c \
             $(B)/proto/onnx.pb-c.h $(B)/libseracsim.a $(B)/libseracdrv.a $(B)/libserac.a $(B)/libref.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(ROOT) -Itestbench/conformance -Itestbench/reference -rdynamic $(filter-out %.h,$^) -o $@ $(LIBS) -ldl

$(B)/trace_check: testbench/trace_check.c testbench/trace_check.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $< -o $@ -lcjson

conformance_NEEDS := $(CONFORMANCE:%=$(B)/conformance/%)
conformance_TESTS := conformance $(conformance_NEEDS)

.PHONY: test-conformance
test-conformance: $(conformance_NEEDS) ## third-party test vectors (SERAC_DATA) through Serac
	@scripts/run_tests.sh $(conformance_TESTS)

# --- everything --------------------------------------------------------------

.PHONY: setup demo test test-cli cosim faults sanitize clean
setup: ## installs missing Debian packages
	@scripts/setup.sh

demo: setup ## the main job: five networks, three designs, RTL proof, one table
	@$(MAKE) -s all
	@scripts/demo.sh

.PHONY: reports
reports: $(B)/serac ## compares every plane pair, into reports/pairs.md; JOBS=n
	@scripts/reports.sh

.PHONY: claims
claims: $(B)/serac ## what is said of few bits, and what holds: reports/claims.md
	@scripts/claims.sh

# All programs first, on all processors, then all tests: groups with long ones first, so that none is left alone at the end.
GROUPS := rtl cosim check sanitize cli fuzz conformance unit
test: setup ## lint, unit, RTL, command-line, co-simulation and conformance tests; ends with N passed, N failed, N skipped
	@$(MAKE) -s -j$(or $(JOBS),$(shell nproc)) all test-programs
	@$(MAKE) -s -j$(or $(JOBS),$(shell nproc)) $(SANITIZED) san-programs
	@rm -f $(B)/results.txt
	-@scripts/run_tests.sh $(foreach g,$(GROUPS),$($(g)_TESTS) --)
	@awk '{n[$$1]++} END {printf "%d passed, %d failed, %d skipped\n", n["passed"], \
	  n["failed"], n["skipped"]; exit n["failed"] > 0 || n["passed"] == 0}' $(B)/results.txt

.PHONY: test-slurm
test-slurm: ## scripts/sweep.sbatch on a Slurm cluster on this machine, which it installs
	@scripts/setup.sh --slurm
	@$(MAKE) -s $(B)/serac
	@scripts/run_tests.sh slurm testbench/slurm/sweep.sh

.PHONY: analyse
analyse: ## clang-tidy and cppcheck over all C, with the waivers of scripts/analyse.waivers
	@scripts/analyse.sh

.PHONY: luts
luts: ## LUTs per binary operation of BISMO's shape, beside BISMO's
	@scripts/synth/luts.sh

check_NEEDS := $(B)/gen_regs $(SYNTH:%=$(B)/synth_%)
check_TESTS := check scripts/synth/luts.sh make:lint scripts/synth_check.sh make:formal-quick scripts/check_shell.sh make:check-gen
cli_NEEDS   := $(B)/serac $(B)/cover $(B)/gen_regs $(SYNTH:%=$(B)/synth_%)
cli_TESTS   := cli $(sort $(wildcard testbench/cli/*.sh))
cosim_NEEDS := $(B)/serac $(B)/trace_check $(B)/figure_blocks $(B)/figure_wave $(conformance_NEEDS)
cosim_TESTS := cosim testbench/cosim/random.sh $(sort $(filter-out %/random.sh,$(wildcard testbench/cosim/*.sh)))

.PHONY: test-checks test-cosim
test-checks: $(check_NEEDS)
	@scripts/run_tests.sh $(check_TESTS)

test-cli: $(cli_NEEDS) ## the command, as a user calls it
	@scripts/run_tests.sh $(cli_TESTS)

test-cosim: $(cosim_NEEDS) ## model = RTL: the networks on tiny, random programs
	@scripts/run_tests.sh $(cosim_TESTS)

cosim: $(B)/serac ## 200 random programs on 17 designs, model = RTL; SEED=n
	$(B)/serac cosim --random 200 --seed $(SEED)

.PHONY: soak
soak: $(B)/serac ## random designs, any legal programs, memory timings, for MINUTES= (60); SEED=n, JOBS=n
	@scripts/soak.sh $(or $(MINUTES),60)

.PHONY: disturb test-generic-gates
disturb: $(B)/serac ## errors and resets in 500 random programs, model = RTL; SEED=n
	$(B)/serac cosim --random 500 --seed $(SEED) --disturb

test-generic-gates: $(B)/serac ## single gates of yosys pass the RTL's lock step; DESIGN=
	@scripts/test_generic_gates.sh $(DESIGN)

$(B)/soak/%: testbench/soak/%.c testbench/steady.h $(B)/libserac.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Itestbench $(filter-out %.h,$^) -o $@ $(LIBS)

$(B)/bench/%: testbench/bench/%.c $(B)/libserac.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $^ -o $@ $(LIBS)

$(B)/bench/gemm: LIBS += -ldnnl

.PHONY: bench
bench: $(B)/bench/time $(B)/serac ## design points per second, and products beside oneDNN's; ROUNDS=n
	@scripts/bench.sh
	@scripts/setup.sh --bench
	@$(MAKE) -s $(B)/bench/gemm
	@scripts/bench_gemm.sh

.PHONY: soak-time
soak-time: $(B)/soak/time ## a million random layers: time in closed form = timeline; SEED=n
	$(B)/soak/time 1000000 $(SEED)

$(B)/cover: $(wildcard testbench/coverage/*.[ch]) sim/lockstep/serac_compared.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(filter %.c,$^) -o $@ -lcjson

.PHONY: coverage
coverage: ## lines, toggles and bins of the RTL, lines of C: build/coverage/index.html; scripts/coverage.sh STEP: one step
	@scripts/coverage.sh

faults: $(B)/serac ## applies each known fault and sees its check fail
	@scripts/run_faults.sh

$(B)/mutate/mutants: testbench/mutation/mutants.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $< -o $@ -lm

.PHONY: mutate
mutate: ## small faults in RTL and C, COUNT= (500) each, and the tests that kill them; SEED=n, JOBS=n
	@scripts/run_mutants.sh rtl $(COUNT); rtl=$$?; scripts/run_mutants.sh c $(COUNT) && [ $$rtl -eq 0 ]

.PHONY: formal formal-quick formal-faults
formal: ## proves the properties of testbench/formal on the RTL; JOBS=n
	@scripts/run_formal.sh

formal-quick: ## those that take seconds, as make test does
	@scripts/run_formal.sh --quick

formal-faults: ## breaks each of those properties once, in a copy of the RTL
	@scripts/run_formal.sh --faults

# Unit tests again under the address and undefined-behaviour sanitizers: everything built once more, under $(B)/san.
SANITIZED := B=$(B)/san OPT="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
sanitize_TESTS := sanitize $(UNITS:%=$(B)/san/unit/%)
sanitize: ## unit tests under ASan and UBSan
	@$(MAKE) -s $(SANITIZED) $(UNITS:%=$(B)/san/unit/%)
	@scripts/run_tests.sh $(sanitize_TESTS)

# --- fuzzing ---------------------------------------------------------------

FUZZ := $(patsubst testbench/fuzz/fuzz_%.c,%,$(wildcard testbench/fuzz/fuzz_*.c))
FUZZ_MAIN ?= testbench/fuzz/replay.c
$(FUZZ:%=$(B)/fuzz/%): $(B)/fuzz/%: testbench/fuzz/fuzz_%.c testbench/fuzz/fuzz.c testbench/fuzz/lsan.c $(FUZZ_MAIN) $(B)/libseracsim.a \
             $(B)/libseracdrv.a $(B)/libserac.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Itestbench/fuzz $^ -o $@ $(LIBS) -ldl $(FUZZ_LINK)

# The command with an allocation of ours that fails: testbench/fuzz/oom.c.
OOM_WRAP := malloc calloc realloc strdup strndup open_memstream
$(B)/serac_oom: sim/main.c testbench/fuzz/oom.c testbench/fuzz/lsan.c $(B)/libseracsim.a $(B)/libseracdrv.a $(B)/libserac.a
	$(CC) $(CFLAGS) -rdynamic $(OOM_WRAP:%=-Wl,--wrap=%) $^ -o $@ $(LIBS) -ldl

.PHONY: fuzz test-fuzz san-fuzz fuzz-build
fuzz: $(B)/serac ## fuzzes every parser for MINUTES= in all (10), with clang's libFuzzer
	@scripts/fuzz.sh $(or $(MINUTES),10)
fuzz-build:
	@$(MAKE) -s CC=clang B=$(B)/clang WARN="-Wall -Wextra -Werror -Wno-unknown-warning-option \
	  -Wno-bitwise-instead-of-logical" OPT="-O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	  -fno-sanitize-recover=all" FUZZ_MAIN= FUZZ_LINK=-fsanitize=fuzzer $(FUZZ:%=$(B)/clang/fuzz/%)

corpus      = $(foreach f,$(FUZZ),$(1)/fuzz/$(f):testbench/fuzz/corpus/$(f))
fuzz_TESTS := fuzz testbench/fuzz/out_of_memory.sh $(call corpus,$(B)/san)
test-fuzz: $(B)/serac ## the fuzzing corpus through every parser, and failing allocations, under ASan and UBSan; STEP=1: all
	@$(MAKE) -s $(SANITIZED) san-fuzz
	@scripts/run_tests.sh $(fuzz_TESTS)
.PHONY: san-programs fuzz-corpus test-programs
san-fuzz: $(FUZZ:%=$(B)/fuzz/%) $(B)/serac_oom
san-programs: san-fuzz $(unit_NEEDS)
fuzz-corpus: $(FUZZ:%=$(B)/fuzz/%)   # without sanitizers: scripts/coverage.sh
	@scripts/run_tests.sh fuzz $(call corpus,$(B))

test-programs: $(foreach g,$(GROUPS),$($(g)_NEEDS))

clean: ## removes build/
	rm -rf build

include scripts/install.mk

-include $(MODEL_O:.o=.d) $(DRIVER_O:.o=.d) $(SIM_O:.o=.d) \
         $(REF_O:.o=.d)
