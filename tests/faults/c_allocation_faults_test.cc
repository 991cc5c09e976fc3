// The n-th allocation fails under every call of the C interface, for every n:
// nothing is thrown, the status is SAMPLER_OUT_OF_MEMORY and no output is
// written, and the same call again does what it would have done.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/c/rewinder.h"
#include "sampler/c/sampler.h"
#include "sampler/c/speculation.h"
#include "tests/faults/every_allocation.h"
#include "tests/faults/failing_allocations.h"

namespace sampler::faults {
namespace {

constexpr std::size_t kVocabulary = 200;

constexpr char kConfig[] = R"({"version": 1, "stages": [
    {"type": "repetition_penalty", "penalty": 1.3}, {"type": "mask"},
    {"type": "dry", "multiplier": 1}, {"type": "top_p", "p": 0.9},
    {"type": "mirostat", "version": 2}, {"type": "categorical"}]})";

// A program that calls again what ran out of memory, and notes what it saw.
// (sampler/README.md says what it leaves out.)
class Program {
 public:
  Program() {
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      values_[r].resize(kVocabulary);
      for (std::size_t i = 0; i < kVocabulary; ++i) {
        values_[r][i] = static_cast<float>((i * 37 + r * 11) % 97) / 8.0F;
      }
      rows_[r] = {values_[r].data(), kVocabulary, SAMPLER_F32};
    }
    mask_.assign((kVocabulary + 31) / 32, 0x7fffffffu);
    inputs_ = {};
    inputs_.struct_size = sizeof(inputs_);
    inputs_.mask = mask_.data();
    inputs_.mask_words = mask_.size();
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    sampler_round_free(round_);
    sampler_workspace_free(workspace_);
    sampler_sequence_free(sequence_);
    sampler_sequence_free(draft_);
    sampler_sequence_free(copy_);
    sampler_sequence_free(fork_);
    sampler_pipeline_free(preset_);
    sampler_pipeline_free(pipeline_);
  }

  void Run() {
    Make();
    for (int step = 0; step < 4; ++step) Step(step);
    Save();
    Batch();
    Speculate();
  }

  // A call failed otherwise than by memory, or kept no promise.
  const char* wrong() const { return wrong_; }
  std::int64_t failures() const { return failures_; }
  const std::array<std::int64_t, 64>& seen() const { return seen_; }

 private:
  // Calls until it does not run out of memory. No allocation of its own.
  template <typename Function>
  void Call(const char* name, Function call) {
    while (true) {
      char text[200] = "";
      sampler_error error = {text, sizeof(text)};
      const sampler_status status = call(&error);
      if (status == SAMPLER_OK) return;
      if (status != SAMPLER_OUT_OF_MEMORY) {
        wrong_ = name;
        std::fprintf(stderr, "%s: status %d: %s\n", name,
                     static_cast<int>(status), text);
        return;
      }
      if (std::strcmp(text, "out of memory") != 0) {
        wrong_ = name;
        std::fprintf(stderr, "%s: out of memory says: %s\n", name, text);
      }
      if (++failures_ > 1) return;  // One allocation fails, or all do.
    }
  }
  void See(std::int64_t number) { seen_[count_++ % seen_.size()] = number; }

  void Make() {
    Call("sampler_pipeline_create", [&](sampler_error* error) {
      return sampler_pipeline_create(kConfig, sizeof(kConfig) - 1, kVocabulary,
                                     &pipeline_, error);
    });
    Call("sampler_pipeline_from_preset", [&](sampler_error* error) {
      return sampler_pipeline_from_preset("balanced", kVocabulary, &preset_,
                                          error);
    });
    const std::int32_t prompt[] = {1, 2, 3};
    Call("sampler_sequence_create", [&](sampler_error* error) {
      return sampler_sequence_create(pipeline_, 42, 0, prompt, 3, &sequence_,
                                     error);
    });
    Call("sampler_sequence_create", [&](sampler_error* error) {
      return sampler_sequence_create(preset_, 7, 1, prompt, 3, &draft_, error);
    });
    Call("sampler_workspace_create", [&](sampler_error* error) {
      return sampler_workspace_create(&workspace_, error);
    });
    Call("sampler_workspace_reserve", [&](sampler_error* error) {
      return sampler_workspace_reserve(workspace_, pipeline_, 20, error);
    });
  }

  void Step(int step) {
    const sampler_row& row = rows_[static_cast<std::size_t>(step) % 3];
    sampler_token token = {sizeof(token), -7, SAMPLER_ROW_OK, 0};
    Call("sampler_sample", [&](sampler_error* error) {
      const sampler_status status =
          step % 2 == 0
              ? sampler_sample(sequence_, &row, &inputs_, &token, error)
              : sampler_sample_with(workspace_, sequence_, &row, &inputs_,
                                    &token, error);
      if (status != SAMPLER_OK && token.id != -7) wrong_ = "sampler_sample";
      return status;
    });
    See(token.id);
    sampler_logprob of_token = {};
    sampler_logprob top[3] = {};
    std::size_t count = 0;
    for (const int raw : {0, 1}) {
      Call("sampler_logprobs", [&](sampler_error* error) {
        return sampler_logprobs(sequence_, &row, raw, token.id, &of_token, top,
                                3, &count, error);
      });
      See(of_token.rank);
      See(top[0].id);
    }
    Call("sampler_accept", [&](sampler_error* error) {
      return sampler_accept(sequence_, token.id, error);
    });
    See(sampler_sequence_position(sequence_));
  }

  void Save() {
    std::array<char, 2000> text = {};
    std::size_t size = 0;
    Call("sampler_sequence_snapshot", [&](sampler_error* error) {
      return sampler_sequence_snapshot(sequence_, text.data(), text.size(),
                                       &size, error);
    });
    Call("sampler_sequence_fork", [&](sampler_error* error) {
      return sampler_sequence_fork(sequence_, 8, &copy_, error);
    });
    Call("sampler_sequence_fork", [&](sampler_error* error) {
      return sampler_sequence_fork(sequence_, 9, &fork_, error);
    });
    Call("sampler_sequence_ban", [&](sampler_error* error) {
      return sampler_sequence_ban(fork_, 5, error);
    });
    See(sampler_sequence_position(copy_));
  }

  void Batch() {
    sampler_token tokens[2] = {{sizeof(sampler_token), -7, {}, 0},
                               {sizeof(sampler_token), -7, {}, 0}};
    sampler_logprob top[2] = {};
    sampler_report report = {sizeof(report), {}, top, 2, 0};
    const sampler_step steps[] = {{sizeof(sampler_step), copy_, rows_.data(),
                                   nullptr, &tokens[0], nullptr, nullptr},
                                  {sizeof(sampler_step), fork_, &rows_[1],
                                   nullptr, &tokens[1], &report, nullptr}};
    Call("sampler_sample_batch", [&](sampler_error* error) {
      return sampler_sample_batch(steps, 2, nullptr, error);
    });
    See(tokens[0].id);
    See(tokens[1].id);
    Call("sampler_sample_batch_with", [&](sampler_error* error) {
      return sampler_sample_batch_with(&workspace_, 1, steps, 2, nullptr,
                                       error);
    });
    See(tokens[1].id);
    See(report.of_token.rank);
  }

  static sampler_status RowAfter(void* program, const std::int32_t*,
                                 std::size_t i, sampler_row* row) {
    *row = static_cast<Program*>(program)->rows_[i % 3];
    return SAMPLER_OK;
  }

  void Speculate() {
    // The draft follows the text of the target.
    for (int i = 0; i < 4; ++i) {
      Call("sampler_accept", [&](sampler_error* error) {
        return sampler_accept(draft_, static_cast<std::int32_t>(seen_[0]),
                              error);
      });
    }
    Call("sampler_round_create", [&](sampler_error* error) {
      return sampler_round_create(&round_, error);
    });
    Call("sampler_round_propose", [&](sampler_error* error) {
      return sampler_round_propose(round_, draft_, 3, RowAfter, this, error);
    });
    Call("sampler_round_weigh", [&](sampler_error* error) {
      return sampler_round_weigh(round_, sequence_, RowAfter, this, error);
    });
    sampler_verdict verdict = {sizeof(verdict), 0, -1};
    Call("sampler_round_judge", [&](sampler_error* error) {
      return sampler_round_judge(round_, SAMPLER_BY_BLOCK, sequence_, &verdict,
                                 error);
    });
    Call("sampler_round_accept", [&](sampler_error* error) {
      return sampler_round_accept(round_, &verdict, sequence_, draft_, error);
    });
    // A round that begins again draws other tokens; both texts stay one.
    See(sampler_sequence_position(sequence_) -
        sampler_sequence_position(draft_));
  }

  std::array<std::vector<float>, 3> values_;
  std::array<sampler_row, 3> rows_;
  std::vector<std::uint32_t> mask_;
  sampler_inputs inputs_;
  sampler_pipeline* pipeline_ = nullptr;
  sampler_pipeline* preset_ = nullptr;
  sampler_sequence* sequence_ = nullptr;
  sampler_sequence* draft_ = nullptr;
  sampler_sequence* copy_ = nullptr;
  sampler_sequence* fork_ = nullptr;
  sampler_workspace* workspace_ = nullptr;
  sampler_round* round_ = nullptr;
  const char* wrong_ = nullptr;
  std::int64_t failures_ = 0;
  std::array<std::int64_t, 64> seen_ = {};
  std::size_t count_ = 0;
};

TEST(CAllocationFaults, EveryCallCanBeRepeated) {
  std::array<std::int64_t, 64> expected;
  for (int i = 0; i < 2; ++i) {  // Also makes what is made once.
    Program whole;
    whole.Run();
    ASSERT_STREQ(whole.wrong(), nullptr);
    expected = whole.seen();
  }
  std::int64_t out_of_memory = 0;
  ForEveryAllocation("a program in C", [&](std::int64_t n) {
    const std::int64_t live = LiveBlocks();
    bool happened = false;
    {
      Program program;
      // Nothing is thrown: a bad_alloc would end the run.
      const auto ran = WithFailure(n, Failing::kOnce, happened, [&] {
        program.Run();
        return true;
      });
      EXPECT_TRUE(ran.has_value()) << "allocation " << n << " was thrown";
      EXPECT_STREQ(program.wrong(), nullptr) << "allocation " << n;
      EXPECT_EQ(program.seen(), expected) << "allocation " << n;
      out_of_memory += program.failures();
    }
    EXPECT_EQ(LiveBlocks(), live) << "allocation " << n;
    return happened;
  });
  std::cout << out_of_memory << " calls said that memory ran out\n";
  EXPECT_GT(out_of_memory, 0);
}

// NULL and wrong arguments are answered though there is no memory at all.
TEST(CAllocationFaults, NothingIsThrownWithoutMemory) {
  sampler_status statuses[6];
  bool happened = false;
  const auto ran = WithFailure(1, Failing::kFromThereOn, happened, [&] {
    char text[50];
    sampler_error error = {text, sizeof(text)};
    statuses[0] = sampler_sample(nullptr, nullptr, nullptr, nullptr, &error);
    statuses[1] = sampler_accept(nullptr, 0, &error);
    statuses[2] = sampler_rewinder_finish(nullptr, nullptr, nullptr, &error);
    statuses[3] = sampler_logger_append(nullptr, 0, nullptr, 0, &error);
    statuses[4] = sampler_round_judge(nullptr, SAMPLER_BY_MATCH, nullptr,
                                      nullptr, &error);
    statuses[5] = sampler_pipeline_create("{}", 2, 10, nullptr, &error);
    return true;
  });
  EXPECT_TRUE(ran.has_value());
  for (const sampler_status status : statuses) EXPECT_NE(status, SAMPLER_OK);
}

}  // namespace
}  // namespace sampler::faults
