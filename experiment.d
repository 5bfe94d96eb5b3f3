experiment.o: tests/support/experiment.c tests/support/experiment.h \
  harness/spec.h model/diffusion/trainer.h model/diffusion/objective.h \
  model/diffusion/noise.h model/numeric/philox.h model/network/adamw.h \
  model/network/parameters.h model/network/transformer.h \
  model/numeric/error.h model/source/source.h model/measure/measure.h \
  model/diffusion/order.h model/measure/rows.h \
  model/predictor/predictor.h harness/file.h tests/support/test.h

tests/support/experiment.h:

harness/spec.h:

model/diffusion/trainer.h:

model/diffusion/objective.h:

model/diffusion/noise.h:

model/numeric/philox.h:

model/network/adamw.h:

model/network/parameters.h:

model/network/transformer.h:

model/numeric/error.h:

model/source/source.h:

model/measure/measure.h:

model/diffusion/order.h:

model/measure/rows.h:

model/predictor/predictor.h:

harness/file.h:

tests/support/test.h:
