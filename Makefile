# mlops: machine learning inside PostgreSQL
#
#   make, make install      build and install with the server of PG_CONFIG
#   make check              everything: build, lint and all test suites
#   make demo               install, start a private server, walk through it
#   make help               the other targets
#
# The targets named in CHECKS below work on a machine without PostgreSQL too:
# test/bin/bootstrap installs the Debian packages that are missing first.

EXTENSION = mlops
MODULE_big = mlops
MLOPS_VERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" mlops.control)

CHECKS = check demo lint unit installcheck isolation pgtap tap bench quality

# A PG_CONFIG given by the user wins, then the newest server with headers.
ifndef PG_CONFIG
PG_CONFIG := $(shell test/bin/find-pg-config)
endif

# The rooms of src/, lowest first: plain C below the border, PostgreSQL above it.
BELOW_ROOMS = base math stats prep algo artifact
ABOVE_ROOMS = bridge catalog data lifecycle worker api
BELOW_SOURCES := $(sort $(wildcard $(BELOW_ROOMS:%=src/%/*.c)))
SOURCES := $(BELOW_SOURCES) $(sort $(wildcard $(ABOVE_ROOMS:%=src/%/*.c)))

# No fused multiply-add: results must not depend on the machine that compiled.
NUMERIC_FLAGS = -O2 -ffp-contract=off
# What checks add; the exceptions are what the server's own headers trip over.
STRICT_FLAGS = -Wall -Wextra -Wdeclaration-after-statement -Wvla -Wmissing-prototypes -Werror
SERVER_EXCEPTIONS = -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -Wno-clobbered \
	-Wno-cast-function-type

.DEFAULT_GOAL := all

ifneq (,$(filter $(CHECKS) bootstrap help,$(MAKECMDGOALS)))

# ---------------------------------------------------------------- checks

.NOTPARALLEL:
.PHONY: $(CHECKS) bootstrap help

ifndef MLOPS_BOOTSTRAPPED

$(CHECKS): bootstrap
	@$(MAKE) --no-print-directory MLOPS_BOOTSTRAPPED=1 $@

bootstrap:
	@PG_CONFIG='$(PG_CONFIG)' test/bin/bootstrap

# Other goals on the same command line.
ifneq (,$(filter-out $(CHECKS) bootstrap help,$(MAKECMDGOALS)))
$(filter-out $(CHECKS) bootstrap help,$(MAKECMDGOALS)):
	@$(MAKE) --no-print-directory $@
endif

else

export PG_CONFIG BELOW_SOURCES NUMERIC_FLAGS STRICT_FLAGS

check:
	@test/bin/check lint unit regress isolation pgtap tap
lint unit isolation pgtap tap:
	@test/bin/check $@
installcheck:
	@test/bin/check regress
demo bench quality:
	@test/bin/$@

endif

help:
	@echo 'make                 build'
	@echo 'make install         install into the server of PG_CONFIG (as root or with sudo)'
	@echo 'make check           build with -Werror, lint, all tests; the last line is the sum'
	@echo 'make demo            the whole loop on real data in a private server'
	@echo 'make lint            the rules of the house'
	@echo 'make unit            plain C tests under AddressSanitizer and UBSan'
	@echo 'make installcheck    SQL tests (pg_regress)'
	@echo 'make isolation       concurrency tests'
	@echo 'make pgtap           contract of the SQL functions'
	@echo 'make tap             tests that need a server of their own'
	@echo 'make bench           timings'
	@echo 'make quality         boosted trees beside others on real tables'
	@echo 'make bootstrap       install the Debian packages that all this needs'
	@echo 'make clean           remove what the build made'
	@echo
	@echo 'PG_CONFIG=PATH       which PostgreSQL'
	@echo 'TESTS="a b"          only these tests of a suite'
	@echo 'KEEP=1               keep the temporary folder with results and logs'

else ifeq (,$(wildcard $(if $(PG_CONFIG),$(shell $(PG_CONFIG) --pgxs 2>/dev/null))))

# --------------------------------------------- no PostgreSQL to build with

.PHONY: all install clean
all install:
	@echo "no PostgreSQL server headers found: run \"make bootstrap\" or name a server with PG_CONFIG=/path/to/pg_config" >&2
	@false
clean:
	rm -rf build mlops.so mlops--$(MLOPS_VERSION).sql $(SOURCES:.c=.o) $(SOURCES:.c=.d)

else

# ----------------------------------------------------- build and install

OBJS = $(SOURCES:.c=.o)
DATA = $(wildcard sql/mlops--*--*.sql) \
	$(filter-out sql/released/mlops--$(MLOPS_VERSION).sql,$(wildcard sql/released/mlops--*.sql))
DATA_built = mlops--$(MLOPS_VERSION).sql
PG_CPPFLAGS = -Isrc -MMD -MP
PG_CFLAGS = $(NUMERIC_FLAGS) $(if $(MLOPS_WERROR),$(STRICT_FLAGS) $(SERVER_EXCEPTIONS))
SHLIB_LINK = -lm -ldl
EXTRA_CLEAN = build $(SOURCES:.c=.d)
# test/bin/check runs the suites, in a server of their own
NO_INSTALLCHECK = 1

# No bitcode: a function that JIT inlines would be compiled by another compiler
# with other floating-point habits, and the same row could score differently.
override with_llvm := no

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# Hidden names cannot collide with those of other extensions. What SQL calls
# and what starts a process must be seen from outside; before PostgreSQL 16
# its macros do not say so themselves, hence the two rooms left out.
$(filter-out src/api/% src/worker/%,$(OBJS)): override CFLAGS += -fvisibility=hidden

# Objects are made again when the compiler's arguments change.
$(OBJS): build/flags
build/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS) $(CPPFLAGS) $(VERSION_NUM)' | cmp -s - $@ || \
		echo '$(CC) $(CFLAGS) $(CPPFLAGS) $(VERSION_NUM)' >$@
FORCE:
.PHONY: FORCE

-include $(wildcard $(SOURCES:.c=.d))

# The library has no list of rooms of its own: a file that is gone is noticed.
mlops.so: build/objects
build/objects: FORCE
	@mkdir -p $(@D)
	@echo '$(OBJS)' | cmp -s - $@ || echo '$(OBJS)' >$@

mlops--$(MLOPS_VERSION).sql: $(sort $(wildcard sql/[0-9]*.sql)) mlops.control
	{ printf '%s\n' '\echo Use "CREATE EXTENSION mlops" to load this file. \quit'; cat $(filter sql/%,$^); } >$@.tmp && mv $@.tmp $@

endif
