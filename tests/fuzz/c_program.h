// A program in C that calls the interface in any order (c_target.cc), in three
// parts: what it is made of, steps of sequences, and the rest.

#ifndef SAMPLER_TESTS_FUZZ_C_PROGRAM_H_
#define SAMPLER_TESTS_FUZZ_C_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "sampler/c/sampler.h"
#include "tests/fuzz/c_handles.h"
#include "tests/fuzz/rows.h"
#include "tests/fuzz/targets.h"

namespace sampler::fuzz {

class Program {
 public:
  static constexpr std::size_t kVocabulary = 48;

  explicit Program(ByteSource& source) : source_(source) {}
  void Call();

 private:
  // NULL now and then.
  template <typename T>
  T* OrNull(T* pointer) {
    return source_.Below(16) == 15 ? nullptr : pointer;
  }
  template <typename List>
  auto* Any(const List& list) {
    return source_.Of(list);
  }
  // A place for a handle: the old one is freed. The last one stays NULL.
  template <typename List, typename Free>
  auto** Place(List& list, Free free) {
    auto*& place = list[source_.Below(list.size() - 1)];
    free(place);
    place = nullptr;
    return OrNull(&place);
  }
  bool Check(sampler_status status) { return error_.Check(status); }
  // A row that lives as long as the program; its type may be none.
  sampler_row AnyRow();
  sampler_inputs AnyInputs();
  // One call or two, of each part of the interface.
  void MakePipeline();
  void MakeSequence();
  void MakeWorkspace();
  void Sample();
  void Accept();
  void GoBack();
  void SetAttempt();
  void Save();
  void Fork();
  void Batch();
  void Logprobs();
  void MakeRewinder();
  void Rewind();
  void Ban();
  void FindLoop();
  void Speculate();
  void MakeLogger();
  void Log();

  static sampler_status RowAfter(void* program, const std::int32_t* tokens,
                                 std::size_t i, sampler_row* row);

  ByteSource& source_;
  CHandles handles_;
  CError error_;
  std::deque<TypedRow> rows_;
  // Of the last step of each.
  std::map<const sampler_sequence*, sampler_row> row_of_;
  std::vector<std::uint32_t> mask_;
  double uniform_ = 0;
  std::int32_t drawn_ = 0;
};

}  // namespace sampler::fuzz

#endif  // SAMPLER_TESTS_FUZZ_C_PROGRAM_H_
