test_run.o: tests/test_run.c harness/checkpoint.h \
  model/network/transformer.h model/network/parameters.h \
  model/numeric/error.h model/numeric/philox.h harness/file.h \
  harness/record.h harness/identity.h harness/store.h \
  model/measure/rows.h harness/run.h harness/spec.h \
  model/diffusion/trainer.h model/diffusion/objective.h \
  model/diffusion/noise.h model/network/adamw.h model/source/source.h \
  model/measure/measure.h model/diffusion/order.h \
  model/predictor/predictor.h tests/support/experiment.h \
  tests/support/test.h

harness/checkpoint.h:

model/network/transformer.h:

model/network/parameters.h:

model/numeric/error.h:

model/numeric/philox.h:

harness/file.h:

harness/record.h:

harness/identity.h:

harness/store.h:

model/measure/rows.h:

harness/run.h:

harness/spec.h:

model/diffusion/trainer.h:

model/diffusion/objective.h:

model/diffusion/noise.h:

model/network/adamw.h:

model/source/source.h:

model/measure/measure.h:

model/diffusion/order.h:

model/predictor/predictor.h:

tests/support/experiment.h:

tests/support/test.h:
