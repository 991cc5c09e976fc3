/* What an engine has beside a sampler, as toys that serving_example.c and
 * serving_example.cc share: they serve the same requests, and must give the
 * same texts. */

#ifndef SAMPLER_TESTS_SERVING_TOY_ENGINE_H_
#define SAMPLER_TESTS_SERVING_TOY_ENGINE_H_

#include <stddef.h>
#include <stdint.h>

enum {
  kVocabulary = 512,
  kAnswer = 24, /* Tokens of every answer. */
  kDraft = 3,   /* Most tokens that are drafted at once. */
  kSeed = 42
};

/* The settings of the requests. */
static const char* const kConfigs[] = {
    "{\"version\": 1, \"stages\": ["
    "{\"type\": \"temperature\", \"temperature\": 0.5},"
    "{\"type\": \"top_p\", \"p\": 0.9}, {\"type\": \"categorical\"}]}",
    "{\"version\": 1, \"stages\": [{\"type\": \"mask\"},"
    "{\"type\": \"min_p\", \"p\": 0.1}, {\"type\": \"categorical\"}]}",
    "{\"version\": 1, \"stages\": ["
    "{\"type\": \"repetition_penalty\", \"penalty\": 1.2},"
    "{\"type\": \"mirostat\", \"tau\": 3}, {\"type\": \"categorical\"}]}"};

/* A language model: the row after a text. */
static inline void toy_model(const int32_t* tokens, size_t size,
                             float* logits) {
  uint32_t state = (uint32_t)(tokens[size - 1] * 31 + tokens[size - 2]);
  for (int i = 0; i < kVocabulary; ++i) {
    state = state * 1664525u + 1013904223u;
    logits[i] = (float)(state >> 16) / 8192.0f;
  }
}

/* A small model that drafts: the likeliest token. */
static inline int32_t toy_draft(const float* logits) {
  int32_t best = 0;
  for (int i = 1; i < kVocabulary; ++i) {
    if (logits[i] > logits[best]) best = i;
  }
  return best;
}

/* A grammar that judges a token once it is drawn. */
static inline int toy_grammar_allows(int32_t before, int32_t token) {
  return (before + token) % 3 != 0;
}

#endif /* SAMPLER_TESTS_SERVING_TOY_ENGINE_H_ */
