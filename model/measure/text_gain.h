/*
 * text_gain.h - what a context tells about a text: how much the model knows of it, and a lower
 * bound on how much there is.
 *
 * The law of a text is not known, but any predictor bounds the information of its contexts from
 * below: E log p(x_d|c) / u(x_d) on text that it never saw is at most E KL(mu(.|c) || u), u the
 * unigram law. The bound comes from skip-n-grams: the k tokens of the context next to the run, and
 * the token d away, counted over the whole training part, each k smoothed by the one below
 * (interpolation of Witten and Bell 1991). The best k at each distance is picked on half of the
 * windows and scored on the other half, so picking does not lift the bound.
 */
#ifndef MG_MEASURE_TEXT_GAIN_H
#define MG_MEASURE_TEXT_GAIN_H

#include "model/measure/distance_bounds.h"
#include "model/measure/measure.h"

/*
 * bound (R) out, in nats: at most the information, over the unigram law, that layout's left and
 * right contexts carry about each token of the run, within the error of 1500 held-out windows
 * (fewer where the vocabulary is large). 0 further than 24 tokens from a context, where nothing is
 * looked for. source must be a text. Draw w uses element w, step 2 of the stream.
 */
void mg_text_gain_bound(double *bound, const struct mg_source *source,
                        const struct mg_distance_layout *layout, struct mg_stream stream);

/*
 * gain (R) in/out: plus log q(x_d|c) / u(x_d) of context c, drawn with element c, step 0, with the
 * tokens x_d that stand there; q (R, V) is what was predicted.
 */
void mg_text_gain_add(double *gain, const struct mg_measure_input *input,
                      const struct mg_distance_layout *layout, size_t c, const double *q);

/*
 * The rows held_out_gain_nats of a distance measure on a text, with contexts that were drawn:
 * value is the mean over the n contexts.
 *   side, distance (R)  in   as in the other rows
 *   gain  (R)           in   after all contexts
 */
void mg_text_gain_emit(const struct mg_measure_input *input,
                       const struct mg_distance_layout *layout, const char *side,
                       const size_t *distance, const double *gain, size_t n);

#endif
