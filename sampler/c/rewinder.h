/* Phrases that a text must not have, in C: rewind/rewinder.h says how they are
 * taken back and what the law of the text is.
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
 * A phrase is a text, or a pattern: functions of the caller's that find it.
 * sampler/c/regex.h makes a pattern of a regular expression.
 *
 * Conventions: those of sampler.h. A rewinder is used by one call at a time.
 *
 * Tested by: tests/c/c_rewinder_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_REWINDER_H_
#define SAMPLER_C_REWINDER_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/c/sequences.h"
#include "sampler/c/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A kind of phrase that is more than a text (rewind/phrase_pattern.h). The
 * functions, and what `context` points to, are used until the rewinder and its
 * copies are freed, and must not call functions on those or on the sequence.
 * They see all of the text that is not emitted, and a byte before it. */
typedef struct sampler_pattern {
  size_t struct_size;
  void* context; /* Handed to the functions. */
  /* Where the longest stretch of text[0, size) begins that matches, ends at
   * `end`, begins at `begin` or later, and is not empty: written to *found, and
   * 1 returned. 0 if there is none. What stands before and behind the stretch
   * is its surroundings; behind `size` the text is over. */
  int (*find_ending_at)(void* context, const char* text, size_t size,
                        size_t begin, size_t end, size_t* found);
  /* A first look that is cheaper: 0 only if find_ending_at finds nothing for
   * this `begin` and every `end` below `size`. May be NULL. */
  int (*may_occur)(void* context, const char* text, size_t size, size_t begin);
} sampler_pattern;

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
  /* Instead of a text, which is then NULL: its size, ignore_case and
   * whole_words are 0. Copied. */
  const sampler_pattern* pattern;
  size_t window; /* Bytes of the longest match of the pattern, and bytes that
                    are held; 0: 64. Of a text: 0. */
} sampler_phrase;

typedef struct sampler_rewinder sampler_rewinder;

/* Phrases stand struct_size bytes apart. SAMPLER_INVALID_ARGUMENT for an empty
 * phrase, for `most` below 0, and for what has no meaning beside the rest: a
 * text and a pattern, a window without a pattern, `most` or `stop` without
 * `limited`. */
SAMPLER_API sampler_status
sampler_rewinder_create(const sampler_phrase* phrases, size_t count,
                        sampler_rewinder** rewinder, sampler_error* error);
/* A rewinder that goes on from here alone: for a fork of the sequence. */
SAMPLER_API sampler_status
sampler_rewinder_copy(const sampler_rewinder* rewinder, sampler_rewinder** copy,
                      sampler_error* error);
SAMPLER_API void sampler_rewinder_free(sampler_rewinder* rewinder);

/* What is held and counted, as JSON: given as by sampler_sequence_snapshot. */
SAMPLER_API sampler_status
sampler_rewinder_snapshot(const sampler_rewinder* rewinder, char* text,
                          size_t capacity, size_t* size, sampler_error* error);

/* A rewinder that goes on, with a sequence that is restored, where that one
 * stood. The phrases are those that it was made of: others are
 * SAMPLER_INVALID_ARGUMENT, but patterns cannot be compared. */
SAMPLER_API sampler_status sampler_rewinder_restore(
    const sampler_phrase* phrases, size_t count, const char* snapshot,
    size_t snapshot_size, sampler_rewinder** rewinder, sampler_error* error);

typedef enum sampler_next SAMPLER_ANY_INT {
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

/* `sequence` has accepted `token`, whose text is given.
 * SAMPLER_INVALID_ARGUMENT also where a pattern has found a stretch that does
 * not begin in [begin, end): it is then as if it had found none.
 * After SAMPLER_OUT_OF_MEMORY the rewinder can only be freed: other calls are
 * SAMPLER_WRONG_STATE. */
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

/* Bytes that are held: what may still be taken back; 0 for NULL, and for a
 * rewinder that another call is using. */
SAMPLER_API size_t sampler_rewinder_held(const sampler_rewinder* rewinder);

/* What they are, as sampler_pipeline_config gives a text: what comes before
 * a phrase at which the text stops is among them. */
SAMPLER_API sampler_status
sampler_rewinder_held_text(const sampler_rewinder* rewinder, char* text,
                           size_t capacity, size_t* size, sampler_error* error);

/* How many tokens they are. */
SAMPLER_API int64_t
sampler_rewinder_held_tokens(const sampler_rewinder* rewinder);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_REWINDER_H_ */
