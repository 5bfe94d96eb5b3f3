show.o: harness/show.c harness/show.h harness/output.h harness/store.h \
  model/measure/rows.h model/numeric/error.h harness/answer.h \
  harness/buffer.h harness/file.h

harness/show.h:

harness/output.h:

harness/store.h:

model/measure/rows.h:

model/numeric/error.h:

harness/answer.h:

harness/buffer.h:

harness/file.h:
