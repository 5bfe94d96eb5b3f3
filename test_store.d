test_store.o: tests/test_store.c harness/answer.h harness/buffer.h \
  harness/store.h model/measure/rows.h model/numeric/error.h \
  harness/file.h harness/plan.h harness/identity.h \
  model/numeric/philox.h harness/spec.h model/diffusion/trainer.h \
  model/diffusion/objective.h model/diffusion/noise.h \
  model/network/adamw.h model/network/parameters.h \
  model/network/transformer.h model/source/source.h \
  model/measure/measure.h model/diffusion/order.h \
  model/predictor/predictor.h tests/support/experiment.h \
  tests/support/test.h

harness/answer.h:

harness/buffer.h:

harness/store.h:

model/measure/rows.h:

model/numeric/error.h:

harness/file.h:

harness/plan.h:

harness/identity.h:

model/numeric/philox.h:

harness/spec.h:

model/diffusion/trainer.h:

model/diffusion/objective.h:

model/diffusion/noise.h:

model/network/adamw.h:

model/network/parameters.h:

model/network/transformer.h:

model/source/source.h:

model/measure/measure.h:

model/diffusion/order.h:

model/predictor/predictor.h:

tests/support/experiment.h:

tests/support/test.h:
