/* Rounds of speculation of the C interface from C11: what a draft that knows
 * the target proposes stays, the law of one that does not, misuse. Exits 0 if
 * all holds; prints what does not. */

#include <math.h>
#include <string.h>

#include "sampler/c/rewinder.h"
#include "sampler/c/sampler.h"
#include "sampler/c/speculation.h"
#include "tests/c/expect.h"
#include "tests/c/sequences.h"
#include "tests/c/toy_models.h"

static sampler_status row_after(void* context, const int32_t* tokens, size_t i,
                                sampler_row* row) {
  return row_of(context, tokens, i, row);
}

static sampler_sequence* make_sequence(const char* stages, uint64_t seed,
                                       uint32_t stream) {
  char config[256];
  snprintf(config, sizeof config, "{\"version\": 1, \"stages\": [%s]}", stages);
  return sequence_under(config, kSize, seed, stream);
}

static const char kDraw[] = "{\"type\": \"categorical\"}";

/* Proposes, weighs and judges `n` tokens. */
static sampler_verdict judge(sampler_round* round, sampler_sequence* draft,
                             sampler_sequence* target, size_t n,
                             sampler_judgement judgement) {
  model of_draft = {1, SAMPLER_OK, {0}};
  model of_target = {0, SAMPLER_OK, {0}};
  sampler_verdict verdict = {sizeof verdict, 0, -1};
  EXPECT(sampler_round_propose(round, draft, n, row_after, &of_draft, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_round_weigh(round, target, row_after, &of_target, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_round_judge(round, judgement, target, &verdict, &error) ==
         SAMPLER_OK);
  return verdict;
}

/* The first token has the target's probability, whoever judges. */
static void law(sampler_judgement judgement) {
  double expected[kSize], sum = 0;
  for (int id = 0; id < kSize; ++id) {
    sum += expected[id] = exp(0.5 * (id * 2 % 3));
  }
  int counts[kSize] = {0};
  sampler_round* round = NULL;
  EXPECT(sampler_round_create(&round, &error) == SAMPLER_OK);
  for (uint32_t stream = 0; stream < kTexts; ++stream) {
    sampler_sequence* draft = make_sequence(kDraw, 1, stream);
    sampler_sequence* target = make_sequence(kDraw, 2, stream);
    const sampler_verdict verdict = judge(round, draft, target, 2, judgement);
    size_t count = 0;
    const int32_t* const tokens = sampler_round_tokens(round, &count);
    EXPECT(count == 2 && verdict.accepted <= 2);
    ++counts[verdict.accepted > 0 ? tokens[0] : verdict.next];
    EXPECT(sampler_round_accept(round, &verdict, target, draft, &error) ==
           SAMPLER_OK);
    EXPECT(sampler_sequence_position(target) == (int64_t)verdict.accepted + 1);
    EXPECT(sampler_sequence_position(draft) == (int64_t)verdict.accepted + 1);
    sampler_sequence_free(draft);
    sampler_sequence_free(target);
  }
  for (int id = 0; id < kSize; ++id) {
    const double p = expected[id] / sum;
    const double deviation = sqrt(kTexts * p * (1 - p));
    EXPECT(fabs(counts[id] - kTexts * p) < 6.5 * deviation);
  }
  sampler_round_free(round);
}

/* Typical acceptance: everything stays at an epsilon of 0, nothing at 1 and 1,
 * where every p is below e^-0; other numbers are refused. */
static void typicality(void) {
  sampler_round* round = NULL;
  EXPECT(sampler_round_create(&round, &error) == SAMPLER_OK);
  sampler_sequence* draft = make_sequence(kDraw, 1, 0);
  sampler_sequence* target = make_sequence(kDraw, 2, 0);
  const sampler_typicality all = {sizeof all, 0, 1};
  const sampler_typicality none = {sizeof none, 1, 1};
  sampler_verdict verdict = {sizeof verdict, 9, -1};
  EXPECT(sampler_round_judge_typicality(round, NULL, target, &verdict,
                                        &error) == SAMPLER_WRONG_STATE);
  judge(round, draft, target, 3, SAMPLER_BY_BLOCK);
  EXPECT(sampler_round_judge_typicality(round, &all, target, &verdict,
                                        &error) == SAMPLER_OK);
  EXPECT(verdict.accepted == 3 && verdict.next >= 0);
  EXPECT(sampler_round_judge_typicality(round, &none, target, &verdict,
                                        &error) == SAMPLER_OK);
  EXPECT(verdict.accepted == 0 && verdict.next >= 0);
  EXPECT(sampler_round_judge_typicality(round, NULL, target, &verdict,
                                        &error) == SAMPLER_OK);
  const double wrong[] = {-0.1, 1.5, NAN, INFINITY};
  for (int i = 0; i < 4; ++i) {
    const sampler_typicality epsilon = {sizeof epsilon, wrong[i], 0.3};
    const sampler_typicality delta = {sizeof delta, 0.09, wrong[i]};
    EXPECT(sampler_round_judge_typicality(round, &epsilon, target, &verdict,
                                          &error) == SAMPLER_OUT_OF_RANGE);
    EXPECT(sampler_round_judge_typicality(round, &delta, target, &verdict,
                                          &error) == SAMPLER_OUT_OF_RANGE);
  }
  const sampler_typicality unset = {0, 0.09, 0.3};
  EXPECT(sampler_round_judge_typicality(round, &unset, target, &verdict,
                                        &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_round_accept(round, &verdict, target, draft, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_sequence_position(target) == (int64_t)verdict.accepted + 1);
  sampler_round_free(round);
  sampler_sequence_free(draft);
  sampler_sequence_free(target);
}

/* Where the target has no candidate no token follows. */
static void no_candidate(void) {
  sampler_round* round = NULL;
  EXPECT(sampler_round_create(&round, &error) == SAMPLER_OK);
  sampler_sequence* draft = make_sequence(kDraw, 1, 0);
  sampler_sequence* target = make_sequence(kDraw, 2, 0);
  for (int32_t token = 0; token < kSize; ++token) {
    EXPECT(sampler_sequence_ban(target, token, &error) == SAMPLER_OK);
  }
  const sampler_verdict verdict =
      judge(round, draft, target, 3, SAMPLER_BY_BLOCK);
  size_t count = 9;
  sampler_round_tokens(round, &count);
  EXPECT(count == 0 && verdict.accepted == 0 && verdict.next == -1);
  EXPECT(sampler_round_accept(round, &verdict, target, draft, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_sequence_position(target) == 0);
  sampler_round_free(round);
  sampler_sequence_free(draft);
  sampler_sequence_free(target);
}

static void misuse(void) {
  sampler_round* round = NULL;
  EXPECT(sampler_round_create(NULL, &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_round_create(&round, &error) == SAMPLER_OK);
  sampler_sequence* draft = make_sequence(kDraw, 1, 0);
  sampler_sequence* target = make_sequence(kDraw, 2, 0);
  sampler_verdict verdict = {sizeof verdict, 0, 0};
  model of = {0, SAMPLER_OK, {0}};
  EXPECT(sampler_round_judge(round, SAMPLER_BY_BLOCK, target, &verdict,
                             &error) == SAMPLER_WRONG_STATE);
  EXPECT(sampler_round_accept(round, &verdict, target, draft, &error) ==
         SAMPLER_WRONG_STATE);
  EXPECT(sampler_round_weigh(round, target, row_after, &of, &error) ==
         SAMPLER_WRONG_STATE);
  EXPECT(sampler_round_propose(round, draft, 2, NULL, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  of.fails = SAMPLER_FILE_ERROR;
  EXPECT(sampler_round_propose(round, draft, 2, row_after, &of, &error) ==
         SAMPLER_FILE_ERROR);
  EXPECT(sampler_round_propose(round, draft, SIZE_MAX, row_after, &of,
                               &error) == SAMPLER_FILE_ERROR);
  /* Half a draft is none. */
  of.fails = SAMPLER_OK;
  EXPECT(sampler_round_weigh(round, target, row_after, &of, &error) ==
         SAMPLER_WRONG_STATE);
  EXPECT(sampler_round_judge(round, SAMPLER_BY_MATCH, target, &verdict,
                             &error) == SAMPLER_WRONG_STATE);
  EXPECT(sampler_round_propose(round, draft, 2, row_after, &of, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_round_weigh(round, draft, row_after, &of, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strstr(text, "got the draft's seed 1 and stream 0") != NULL);
  EXPECT(sampler_round_weigh(round, target, row_after, &of, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_round_judge(round, (sampler_judgement)7, target, &verdict,
                             &error) == SAMPLER_INVALID_ARGUMENT);
  verdict.struct_size = 4;
  EXPECT(sampler_round_judge(round, SAMPLER_BY_MATCH, target, &verdict,
                             &error) == SAMPLER_INVALID_ARGUMENT);
  verdict = (sampler_verdict){sizeof verdict, 3, 0};
  EXPECT(sampler_round_accept(round, &verdict, target, draft, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_round_accept(round, &verdict, target, target, &error) ==
         SAMPLER_BUSY);
  EXPECT(sampler_round_tokens(NULL, NULL) == NULL);
  sampler_round_free(NULL);
  sampler_round_free(round);
  sampler_sequence_free(draft);
  sampler_sequence_free(target);
}

int main(void) {
  law(SAMPLER_BY_REJECTION);
  law(SAMPLER_BY_BLOCK);
  law(SAMPLER_BY_MATCH);
  typicality();
  no_candidate();
  misuse();
  return failures == 0 ? 0 : 1;
}
