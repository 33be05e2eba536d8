# Below the border lives plain C.
use strict;
use warnings;
use Lint;

my @below = sources(rooms_below());

rule 'no server header below the border',
  'the numeric rooms must compile and be tested without PostgreSQL',
  grep_code(qr/#\s*include\s+["<](postgres|c\.h|fmgr|utils\/|lib\/|access\/|catalog\/pg_|executor\/|miscadmin|port)[^">]*[">]/, @below);

rule 'memory below the border comes from the environment',
  'malloc is invisible to memory contexts and to mlops.training_memory, and leaks on errors',
  grep_code(qr/\b(malloc|calloc|realloc|reallocarray|free|strdup|strndup|alloca|aligned_alloc|posix_memalign|asprintf)\s*\(/, @below);

rule 'nothing below the border prints or ends the process',
  'words for the user travel in MlError; a server process must not write to stdout or exit',
  grep_code(qr/\b(printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror|exit|_exit|abort|assert|sprintf|vsprintf|strcpy|strcat)\s*\(/, @below);

rule 'no jumps below the border',
  'a status is returned, so that nothing is half done when the server raises the error',
  grep_code(qr/\b(setjmp|sigsetjmp|longjmp|siglongjmp|PG_TRY|ereport|elog)\b/, @below);

rule 'random numbers come from math/rng',
  'the C library\'s generators differ between machines and have hidden state',
  grep_code(qr/\b(rand|srand|random|srandom|drand48|rand_r)\s*\(/, @below);

rule 'no qsort below the border',
  'it is not stable and differs by platform; math/sort.h has one order for all',
  grep_code(qr/\bqsort(_r)?\s*\(/, @below);
