doctor.o: harness/doctor.c harness/doctor.h harness/output.h \
  harness/store.h model/measure/rows.h model/numeric/error.h \
  harness/file.h harness/gnuplot.h harness/provenance.h \
  model/numeric/matmul.h model/numeric/philox.h

harness/doctor.h:

harness/output.h:

harness/store.h:

model/measure/rows.h:

model/numeric/error.h:

harness/file.h:

harness/gnuplot.h:

harness/provenance.h:

model/numeric/matmul.h:

model/numeric/philox.h:
