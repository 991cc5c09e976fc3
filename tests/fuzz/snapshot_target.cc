// Texts as snapshots of sequences, restored for pipelines of several kinds.

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "tests/fuzz/rows.h"
#include "tests/fuzz/targets.h"

namespace sampler::fuzz {
namespace {

constexpr std::int64_t kVocabulary = 64;

Pipeline Make(absl::string_view rest) {
  return Pipeline::Create(
             ParseConfig(absl::StrCat(R"({"version": 1, )", rest, "}")).value(),
             kVocabulary)
      .value();
}

// With no memory, with each kind of it, and with phases.
const std::vector<Pipeline>& Pipelines() {
  static const auto& pipelines = *new std::vector<Pipeline>{
      Make(R"("stages": [{"type": "dry", "multiplier": 1},
                         {"type": "categorical"}])"),
      Make(R"("stages": [{"type": "mirostat", "version": 1},
                         {"type": "categorical"}])"),
      Make(R"("stages": [{"type": "mirostat", "version": 2},
                         {"type": "categorical"}])"),
      Make(R"("stages": [{"type": "adaptive_p", "target": 0.5},
                         {"type": "categorical"}])"),
      Make(R"("rng": "llama_cpp",
              "stages": [{"type": "top_k", "k": 5},
                         {"type": "categorical", "order": "rank"}])"),
      Make(R"("phases": {"thinking": {"begin": [[0]], "end": [[1], [2, 3]]}},
              "stages": [{"type": "temperature", "temperature": 2,
                          "when": {"phase": "thinking"}},
                         {"type": "synthid", "keys": [1, 2, 3]}])")};
  return pipelines;
}

void CheckSame(const Sequence& sequence, absl::string_view what) {
  const std::string snapshot = sequence.Snapshot();
  const absl::StatusOr<Sequence> again = Sequence::Restore(snapshot);
  Require(again.ok() && *again == sequence && again->Snapshot() == snapshot,
          what);
}

void GoOn(const Pipeline& pipeline, Sequence sequence, ByteSource source) {
  Workspace workspace;
  const auto size = static_cast<std::size_t>(kVocabulary);
  const TypedRow row(source, size);
  const Token token = pipeline.Sample(row.As(DType::kF32), sequence, workspace);
  Require(token.status != RowStatus::kWrongState ||
              (sequence.has_bans() && pipeline.config().rng == Rng::kLlamaCpp),
          "a sequence that was restored for a pipeline is its own");
  if (token.id >= 0 && sequence.Accept(token).ok()) {
    CheckSame(sequence, "a text that goes on can be saved");
    Require(sequence.Rollback(1).ok(), "what was accepted can be taken back");
  }
  if (sequence.position() > 0) {
    Require(sequence.Rollback(1).ok(), "a restored token can be taken back");
    CheckSame(sequence, "a text that was taken back can be saved");
  }
}

}  // namespace

// A byte for the pipeline, two for a row, then the text.
void FuzzSnapshot(Bytes input) {
  ByteSource source(input);
  const Pipeline& pipeline = source.Of(Pipelines());
  const ByteSource rows(source.Take(2));
  const std::string text = source.RestAsText();
  const absl::StatusOr<Sequence> any = Sequence::Restore(text);
  const absl::StatusOr<Sequence> own = pipeline.RestoreSequence(text);
  if (!any.ok()) {
    Require(absl::IsInvalidArgument(any.status()) && !own.ok(),
            "what is no snapshot is none for a pipeline");
    return;
  }
  CheckSame(*any, "a restored sequence can be saved");
  if (own.ok()) {
    Require(*own == *any, "a pipeline restores what the text says");
    GoOn(pipeline, *own, rows);
  }
}

}  // namespace sampler::fuzz
