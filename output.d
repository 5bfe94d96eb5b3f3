output.o: harness/output.c harness/output.h harness/store.h \
  model/measure/rows.h model/numeric/error.h harness/buffer.h \
  harness/json.h model/numeric/arena.h

harness/output.h:

harness/store.h:

model/measure/rows.h:

model/numeric/error.h:

harness/buffer.h:

harness/json.h:

model/numeric/arena.h:
