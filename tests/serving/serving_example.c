/* What an engine does around the sampler, in C: requests that come and go, each
 * with settings and a seed of its own; steps of all of them on threads, each
 * with one workspace; a grammar that refuses tokens; three continuations of one
 * text; drafted tokens; a crash, and a start from snapshots; logprobs; a log.
 *
 *   serving_example LOG
 *
 * Serves the same requests twice, the second time with a crash in the middle
 * and on one thread. Exits 0 if both give the same texts and logprobs. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/serving/toy_engine.h"

enum { kMost = 64, kRequests = 8, kThreads = 4, kWords = kVocabulary / 32 };

static char text[512];
static sampler_error error = {text, sizeof text};

/* For calls that fail only if this program is wrong. */
static void must(sampler_status status) {
  if (status == SAMPLER_OK) return;
  fprintf(stderr, "%s\n", text);
  exit(1);
}

typedef struct request {
  uint32_t id; /* Its stream, and its number in the log. */
  const char* config;
  sampler_sequence* sequence; /* NULL once the answer is complete. */
  int has_grammar;
  int32_t tokens[kMost]; /* Prompt and answer. */
  size_t size;
  size_t prompt_size;
  double logprobs[kMost];
  /* Of the current step; what the grammar has not refused is in the mask. */
  float logits[kVocabulary];
  uint32_t mask[kWords];
  sampler_row row;
  sampler_inputs inputs;
  sampler_token token;
} request;

typedef struct server {
  request requests[kRequests];
  size_t count;
  sampler_workspace* workspaces[kThreads]; /* One a thread. */
  size_t threads;
  sampler_logger* logger; /* May be NULL. */
} server;

/* ---- Threads of the engine ----------------------------------------------- */

typedef struct worker {
  void (*task)(void* task_data, size_t worker);
  void* task_data;
  size_t index;
} worker;

static void* run_worker(void* argument) {
  const worker* w = argument;
  w->task(w->task_data, w->index);
  return NULL;
}

/* Stands for a pool of threads. */
static void run_on_threads(void* context, size_t workers,
                           void (*task)(void*, size_t), void* task_data) {
  pthread_t threads[kThreads];
  worker all[kThreads];
  (void)context;
  for (size_t i = 0; i < workers; ++i) {
    all[i] = (worker){task, task_data, i};
    if (pthread_create(&threads[i], NULL, run_worker, &all[i]) != 0) abort();
  }
  for (size_t i = 0; i < workers; ++i) pthread_join(threads[i], NULL);
}

/* ---- Requests ------------------------------------------------------------ */

static sampler_pipeline* pipeline_of(const request* r) {
  sampler_pipeline* pipeline = NULL;
  must(sampler_pipeline_create(r->config, strlen(r->config), kVocabulary,
                               &pipeline, &error));
  return pipeline;
}

static void log_request(server* s, const request* r) {
  if (s->logger == NULL) return;
  must(sampler_logger_prompt(s->logger, r->id, r->tokens, r->prompt_size,
                             &error));
  must(sampler_logger_describe(s->logger, r->id, r->sequence, &error));
}

static request* admit(server* s, const char* config) {
  request* r = &s->requests[s->count];
  r->id = (uint32_t)s->count++;
  r->config = config;
  r->has_grammar = strstr(config, "\"mask\"") != NULL;
  r->tokens[0] = 1;
  r->tokens[1] = (int32_t)r->id + 2;
  r->size = r->prompt_size = 2;
  sampler_pipeline* pipeline = pipeline_of(r);
  must(sampler_sequence_create(pipeline, kSeed, r->id, r->tokens, r->size,
                               &r->sequence, &error));
  sampler_pipeline_free(pipeline); /* The sequence keeps what it needs. */
  log_request(s, r);
  return r;
}

/* Another answer to the same prompt. */
static void fork_from(server* s, const request* from) {
  request* r = &s->requests[s->count];
  *r = *from;
  r->id = (uint32_t)s->count++;
  must(sampler_sequence_fork(from->sequence, r->id, &r->sequence, &error));
  log_request(s, r);
}

/* All that a crash leaves of a sequence is its snapshot. */
static void crash_and_restore(request* r) {
  if (r->sequence == NULL) return;
  size_t size = 0;
  (void)sampler_sequence_snapshot(r->sequence, NULL, 0, &size, NULL);
  char* snapshot = malloc(size);
  must(sampler_sequence_snapshot(r->sequence, snapshot, size, &size, &error));
  sampler_sequence_free(r->sequence);
  sampler_pipeline* pipeline = pipeline_of(r);
  must(
      sampler_sequence_restore(pipeline, snapshot, size, &r->sequence, &error));
  sampler_pipeline_free(pipeline);
  free(snapshot);
}

/* ---- Steps --------------------------------------------------------------- */

static void begin_step(request* r) {
  toy_model(r->tokens, r->size, r->logits);
  r->row = (sampler_row){r->logits, kVocabulary, SAMPLER_F32};
  r->token = (sampler_token){.struct_size = sizeof r->token};
  r->inputs = (sampler_inputs){.struct_size = sizeof r->inputs};
  if (!r->has_grammar) return; /* A mask that no stage reads is an error. */
  memset(r->mask, 0xff, sizeof r->mask);
  r->inputs.mask = r->mask;
  r->inputs.mask_words = kWords;
}

static void draw(server* s, request* r) {
  must(sampler_sample_with(s->workspaces[0], r->sequence, &r->row, &r->inputs,
                           &r->token, &error));
}

/* The token that was drawn, or the first one after it that the grammar allows,
 * becomes part of the answer. */
static void settle(server* s, request* r) {
  while (r->has_grammar &&
         !toy_grammar_allows(r->tokens[r->size - 1], r->token.id)) {
    r->mask[r->token.id / 32] &= ~(1u << r->token.id % 32);
    must(sampler_redraw(r->sequence, 0, &error));
    draw(s, r);
  }
  if (r->token.row_status != SAMPLER_ROW_OK) exit(1);
  sampler_logprob of_token;
  size_t count = 0;
  must(sampler_logprobs(r->sequence, &r->row, 0, r->token.id, &of_token, NULL,
                        0, &count, &error));
  if (s->logger != NULL) {
    must(sampler_logger_append(s->logger, r->id, &r->row, r->token.id, &error));
  }
  must(sampler_accept(r->sequence, r->token.id, &error));
  r->logprobs[r->size] = of_token.logprob;
  r->tokens[r->size++] = r->token.id;
  if (r->size < kAnswer + r->prompt_size) return;
  sampler_sequence_free(r->sequence);
  r->sequence = NULL;
}

/* A token for every request that is not complete. */
static size_t step_all(server* s) {
  sampler_step steps[kRequests];
  request* of_step[kRequests];
  size_t count = 0;
  for (size_t i = 0; i < s->count; ++i) {
    request* r = &s->requests[i];
    if (r->sequence == NULL) continue;
    begin_step(r);
    of_step[count] = r;
    steps[count++] = (sampler_step){.struct_size = sizeof(sampler_step),
                                    .sequence = r->sequence,
                                    .row = &r->row,
                                    .inputs = &r->inputs,
                                    .token = &r->token};
  }
  const sampler_executor executor = {run_on_threads, NULL, s->threads};
  must(sampler_sample_batch_with(s->workspaces, s->threads, steps, count,
                                 &executor, &error));
  for (size_t i = 0; i < count; ++i) settle(s, of_step[i]);
  return count;
}

/* Takes drafted tokens as long as they are those that are drawn: the answer is
 * the one without a draft, in fewer runs of a real model, which makes the rows
 * after all of them at once. */
static void speculate(server* s, request* r) {
  for (int i = 0; i <= kDraft && r->sequence != NULL; ++i) {
    begin_step(r);
    const int32_t drafted = toy_draft(r->logits);
    draw(s, r);
    settle(s, r);
    if (r->token.id != drafted) return;
  }
}

static void serve(server* s, size_t threads, int crashes, const char* log) {
  memset(s, 0, sizeof *s);
  s->threads = threads;
  for (size_t i = 0; i < threads; ++i) {
    must(sampler_workspace_create(&s->workspaces[i], &error));
  }
  if (log != NULL) {
    const sampler_logger_options options = {
        sizeof options, kVocabulary, SAMPLER_F32, 0, 1, NULL, 0, 0};
    must(sampler_logger_create(log, &options, &s->logger, &error));
  }
  size_t left = 1;
  for (int step = 0; left > 0; ++step) {
    if (step < 3) { /* Requests come; the first one wants three answers. */
      const request* r = admit(s, kConfigs[step]);
      if (step == 0) fork_from(s, r), fork_from(s, r);
    }
    if (crashes && step == 9) {
      for (size_t i = 0; i < s->count; ++i) crash_and_restore(&s->requests[i]);
    }
    if (step % 5 == 4) speculate(s, &s->requests[0]);
    left = step_all(s);
  }
  if (s->logger != NULL) must(sampler_logger_finish(s->logger, &error));
  sampler_logger_free(s->logger);
  for (size_t i = 0; i < threads; ++i) sampler_workspace_free(s->workspaces[i]);
}

int main(int argc, char** argv) {
  static server whole;
  static server crashed;
  if (argc != 2) return 2;
  serve(&whole, kThreads, 0, argv[1]);
  serve(&crashed, 1, 1, NULL);
  for (size_t i = 0; i < whole.count; ++i) {
    const request* a = &whole.requests[i];
    const request* b = &crashed.requests[i];
    if (memcmp(a->tokens, b->tokens, sizeof a->tokens) != 0 ||
        memcmp(a->logprobs, b->logprobs, sizeof a->logprobs) != 0) {
      fprintf(stderr, "request %zu: other tokens after the crash\n", i);
      return 1;
    }
    printf("request %zu:", i);
    for (size_t j = 0; j < a->size; ++j) printf(" %d", (int)a->tokens[j]);
    puts("");
  }
  return 0;
}
