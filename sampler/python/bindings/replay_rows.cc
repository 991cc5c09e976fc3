// Replaying rows that know their text: each on its own, in any order.

#include <nanobind/nanobind.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/pipeline.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/interrupts.h"
#include "sampler/python/bindings/replay_columns.h"
#include "sampler/python/bindings/workspaces.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

// A list of ids for every row, as Arrow has them: list i is
// ids[ends[i] .. ends[i + 1]).
class IdLists {
 public:
  IdLists(nb::handle ids, std::vector<std::int64_t> ends,
          absl::string_view name, std::int64_t rows)
      : ids_(TokenIds(ids, name)), ends_(std::move(ends)) {
    bool rising = static_cast<std::int64_t>(ends_.size()) == rows + 1;
    for (std::size_t i = 0; rising && i < ends_.size(); ++i) {
      rising = ends_[i] >= (i == 0 ? 0 : ends_[i - 1]) &&
               ends_[i] <= static_cast<std::int64_t>(ids_.size());
    }
    if (!rising) {
      RaiseValueError(absl::StrCat(name, ": got offsets that are not of ", rows,
                                   " lists of its ", ids_.size(), " ids"));
    }
  }

  absl::Span<const TokenId> operator[](std::int64_t row) const {
    const auto i = static_cast<std::size_t>(row);
    return absl::MakeConstSpan(ids_).subspan(
        static_cast<std::size_t>(ends_[i]),
        static_cast<std::size_t>(ends_[i + 1] - ends_[i]));
  }

 private:
  std::vector<TokenId> ids_;
  std::vector<std::int64_t> ends_;
};

struct Texts {
  std::vector<std::uint64_t> seeds;
  std::vector<std::uint32_t> streams;
  IdLists prompts;
  IdLists prefixes;
};

absl::StatusOr<Sequence> TextOf(const Pipeline& pipeline, const Texts& texts,
                                std::int64_t row) {
  const auto i = static_cast<std::size_t>(row);
  const auto prompt = texts.prompts[row];
  auto sequence =
      pipeline.NewSequence({.seed = texts.seeds[i],
                            .stream = texts.streams[i],
                            .prompt = {prompt.begin(), prompt.end()}});
  if (!sequence.ok()) return sequence;
  for (const TokenId id : texts.prefixes[row]) {
    if (absl::Status s = sequence->AcceptId(id); !s.ok()) return s;
  }
  return sequence;
}

absl::Status AtRow(std::int64_t row, const absl::Status& status) {
  return {status.code(), absl::StrCat("row ", row, ": ", status.message())};
}

// Rows between two looks at signals: some milliseconds.
constexpr std::int64_t kRowsBetweenSignals = 64;

// Cancelled: a signal's handler has raised.
absl::Status Replay(const Pipeline& pipeline, const BorrowedRows& rows,
                    const std::optional<BorrowedMasks>& masks,
                    const Texts& texts, absl::Span<const TokenId> logged,
                    bool raw, Workspaces& workspaces, ReplayColumns& columns) {
  LogprobReporter& reporter = workspaces.reporters().front();
  for (std::int64_t row = 0; row < rows.count(); ++row) {
    if (row > 0 && row % kRowsBetweenSignals == 0 && SignalHandlerRaised()) {
      return absl::CancelledError();
    }
    const auto sequence = TextOf(pipeline, texts, row);
    if (!sequence.ok()) return AtRow(row, sequence.status());
    StepInputs inputs;
    if (masks.has_value()) inputs.mask = (*masks)[row];
    const Step step =
        pipeline.Process(rows[row], *sequence, workspaces.front(), inputs);
    const Token token = step.Draw();
    const TokenId of_log = logged[static_cast<std::size_t>(row)];
    columns.Add(step, token, of_log);
    if (raw) {
      const Distribution whole = reporter.Raw(rows[row]);
      columns.AddRaw(&whole, token.id, of_log);
    }
  }
  return absl::OkStatus();
}

nb::dict ReplayRows(const Pipeline& pipeline, nb::handle logits,
                    nb::handle mask, std::vector<std::uint64_t> seeds,
                    std::vector<std::uint32_t> streams, nb::handle prompts,
                    std::vector<std::int64_t> prompt_ends, nb::handle prefixes,
                    std::vector<std::int64_t> prefix_ends, nb::handle tokens,
                    bool raw) {
  const BorrowedRows rows(logits, "logits");
  const std::int64_t count = rows.count();
  CheckCount("seeds", std::ssize(seeds), count);
  CheckCount("streams", std::ssize(streams), count);
  const std::vector<TokenId> logged = TokenIds(tokens, "tokens");
  CheckCount("tokens", std::ssize(logged), count);
  std::optional<BorrowedMasks> masks;
  if (!mask.is_none()) {
    masks.emplace(mask, "mask");
    CheckCount("mask", masks->count(), count);
  }
  const Texts texts = {
      std::move(seeds), std::move(streams),
      IdLists(prompts, std::move(prompt_ends), "prompt", count),
      IdLists(prefixes, std::move(prefix_ends), "prefix", count)};
  Workspaces workspaces(1);
  ReplayColumns columns;
  absl::Status status;
  {
    const nb::gil_scoped_release released;
    status =
        Replay(pipeline, rows, masks, texts, logged, raw, workspaces, columns);
  }
  if (absl::IsCancelled(status)) throw nb::python_error();
  Check(status);
  return std::move(columns).ToDict();
}

}  // namespace

void BindReplayRows(nb::module_& module) {
  module.def("_replay_rows", &ReplayRows, "pipeline"_a, "logits"_a,
             "mask"_a.none(), "seeds"_a, "streams"_a, "prompts"_a,
             "prompt_ends"_a, "prefixes"_a, "prefix_ends"_a, "tokens"_a,
             "raw"_a, "For replay_batches.");
}

}  // namespace sampler::python
