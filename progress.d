progress.o: harness/progress.c harness/progress.h model/numeric/arena.h

harness/progress.h:

model/numeric/arena.h:
