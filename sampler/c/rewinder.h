/* Phrases that a text must not have, in C: rewind/rewinder.h says how they are
 * taken back and what the law of the text is; and the question whether a text
 * loops (history/loops.h).
 *
 *   sampler_answer answer = {sizeof answer};
 *   sampler_sample(sequence, &row, NULL, &token, &error);
 *   if (token.row_status == SAMPLER_ROW_NO_CANDIDATE) {
 *     sampler_rewinder_no_candidate(rewinder, sequence, &answer, &error);
 *   } else {
 *     sampler_accept(sequence, token.id, &error);
 *     sampler_rewinder_add(rewinder, sequence, token.id, text, size, &answer,
 *                          &error);
 *   }
 *   show(answer.emit, answer.emit_size);
 *   if (answer.next == SAMPLER_REWOUND) model_goes_back(answer.taken);
 *
 * Conventions: those of sampler.h. A rewinder is used by one call at a time.
 * Not offered: regular expressions (sampler/regex) and phrases of a kind of
 * your own.
 *
 * Tested by: tests/c/c_rewinder_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_REWINDER_H_
#define SAMPLER_C_REWINDER_H_

#include "sampler/c/sampler.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sampler_phrase {
  size_t struct_size;
  const char* text;
  size_t text_size;
  int ignore_case; /* Not 0: of the letters of ASCII. */
  int whole_words; /* Not 0: only where no letter, digit, underscore or byte
                      above 127 stands on either side. */
  int limited;     /* Not 0: it is taken back at most `most` times, */
  int64_t most;
  int stop; /* and then the text stops, or, if this is 0, it passes. */
} sampler_phrase;

typedef struct sampler_rewinder sampler_rewinder;

/* Phrases stand struct_size bytes apart. SAMPLER_INVALID_ARGUMENT for an empty
 * phrase, and for `most` below 0. */
SAMPLER_API sampler_status
sampler_rewinder_create(const sampler_phrase* phrases, size_t count,
                        sampler_rewinder** rewinder, sampler_error* error);
SAMPLER_API void sampler_rewinder_free(sampler_rewinder* rewinder);

typedef enum sampler_next {
  SAMPLER_GO_ON = 0,   /* Draw the next token. */
  SAMPLER_REWOUND = 1, /* The same, `taken` tokens farther back. */
  SAMPLER_STOP = 2     /* The text ends here. */
} sampler_next;

typedef struct sampler_answer {
  size_t struct_size;
  sampler_next next;
  int64_t taken;    /* Tokens that were taken back, */
  size_t phrase;    /* for which of the phrases. */
  const char* emit; /* What is safe now, and is never taken back: valid until
                       the next call on the rewinder. No final zero. */
  size_t emit_size;
} sampler_answer;

/* `sequence` has accepted `token`, whose text is given. */
SAMPLER_API sampler_status sampler_rewinder_add(sampler_rewinder* rewinder,
                                                sampler_sequence* sequence,
                                                int32_t token, const char* text,
                                                size_t text_size,
                                                sampler_answer* answer,
                                                sampler_error* error);

/* Nothing could be drawn where `sequence` stands. */
SAMPLER_API sampler_status sampler_rewinder_no_candidate(
    sampler_rewinder* rewinder, sampler_sequence* sequence,
    sampler_answer* answer, sampler_error* error);

/* The text ends here; where nothing is taken back, all is emitted. */
SAMPLER_API sampler_status sampler_rewinder_finish(sampler_rewinder* rewinder,
                                                   sampler_sequence* sequence,
                                                   sampler_answer* answer,
                                                   sampler_error* error);

/* Bytes that are held: what may still be taken back; 0 for NULL. */
SAMPLER_API size_t sampler_rewinder_held(const sampler_rewinder* rewinder);

/* Bans `token` where `sequence` stands, after the tokens that it has accepted.
 * Bans are part of snapshots. */
SAMPLER_API sampler_status sampler_sequence_ban(sampler_sequence* sequence,
                                                int32_t token,
                                                sampler_error* error);

/* ---- Loops ------------------------------------------------------------- */

typedef struct sampler_loop_rule {
  size_t struct_size;
  int64_t min_length; /* Tokens of the pattern, >= 1, */
  int64_t max_length; /* at most this many, */
  int64_t count;      /* and how often it stands there at least, >= 2. */
} sampler_loop_rule;

/* Does the output of `sequence` end with one pattern over and over? `*length`
 * receives the tokens of the shortest, `*count` how often it stands there
 * within max_length * count tokens; both 0 where the text does not loop.
 * `count` may be NULL. SAMPLER_INVALID_ARGUMENT for a rule that no loop meets.
 */
SAMPLER_API sampler_status sampler_find_loop(const sampler_sequence* sequence,
                                             const sampler_loop_rule* rule,
                                             int64_t* length, int64_t* count,
                                             sampler_error* error);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_REWINDER_H_ */
