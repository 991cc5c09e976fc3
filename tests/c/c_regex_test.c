/* Regular expressions of the C interface from C11: phrases that are taken back,
 * misuse. Exits 0 if all holds; prints what does not. */

#include <string.h>

#include "sampler/c/regex.h"
#include "sampler/c/sampler.h"
#include "tests/c/expect.h"

enum { kSize = 4 };

static sampler_sequence* make_sequence(void) {
  sampler_pipeline* pipeline = NULL;
  sampler_sequence* sequence = NULL;
  EXPECT(sampler_pipeline_from_preset("balanced", kSize, &pipeline, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_sequence_create(pipeline, 1, 0, NULL, 0, &sequence, &error) ==
         SAMPLER_OK);
  sampler_pipeline_free(pipeline);
  return sequence;
}

static sampler_answer add(sampler_rewinder* rewinder,
                          sampler_sequence* sequence, const char* token) {
  sampler_answer answer = {.struct_size = sizeof answer};
  EXPECT(sampler_accept(sequence, 1, &error) == SAMPLER_OK);
  EXPECT(sampler_rewinder_add(rewinder, sequence, 1, token, strlen(token),
                              &answer, &error) == SAMPLER_OK);
  return answer;
}

int main(void) {
  static const char kExpression[] = "(?i)\\bas an? (AI|assistant)\\b";
  sampler_regex* regex = NULL;
  EXPECT(sampler_regex_create(kExpression, strlen(kExpression), &regex,
                              &error) == SAMPLER_OK);
  const sampler_phrase phrases[] = {
      {.struct_size = sizeof phrases[0], .text = "I cannot", .text_size = 8},
      {.struct_size = sizeof phrases[0],
       .pattern = sampler_regex_pattern(regex),
       .window = 32}};
  sampler_rewinder* rewinder = NULL;
  EXPECT(sampler_rewinder_create(phrases, 2, &rewinder, &error) == SAMPLER_OK);
  sampler_sequence* sequence = make_sequence();
  EXPECT(add(rewinder, sequence, "Well, AS an ").taken == 0);
  EXPECT(add(rewinder, sequence, "aide to the AI").taken == 0);
  EXPECT(add(rewinder, sequence, ", as an Assistant").taken == 0);
  /* The word ends here. */
  const sampler_answer answer = add(rewinder, sequence, ", ");
  EXPECT(answer.next == SAMPLER_REWOUND);
  EXPECT(answer.taken == 2 && answer.phrase == 1);
  EXPECT(sampler_sequence_position(sequence) == 2);
  sampler_rewinder_free(rewinder);
  sampler_regex_free(regex);
  sampler_sequence_free(sequence);

  static const char* const kWrong[] = {"(", "a*", "", "[z-a]"};
  for (int i = 0; i < 4; ++i) {
    regex = NULL;
    EXPECT(sampler_regex_create(kWrong[i], strlen(kWrong[i]), &regex, &error) ==
           SAMPLER_INVALID_ARGUMENT);
    EXPECT(regex == NULL && strstr(text, "expression: got") != NULL);
  }
  EXPECT(sampler_regex_create(NULL, 0, &regex, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_regex_create("a", 1, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_regex_pattern(NULL) == NULL);
  sampler_regex_free(NULL);
  return failures == 0 ? 0 : 1;
}
