#include "sampler/batch.h"

#include <algorithm>
#include <atomic>
#include <cassert>

namespace sampler {
namespace {

Token SampleRow(const BatchRow& row, Workspace& workspace,
                LogprobReporter* reporter) {
  const Distribution left =
      row.pipeline->Process(row.logits, *row.sequence, workspace, row.inputs);
  Token token = row.pipeline->DrawFrom(left, *row.sequence, workspace);
  if (row.processed != nullptr) FillReport(left, token.id, *row.processed);
  if (row.raw != nullptr && reporter != nullptr) {
    FillReport(reporter->Raw(row.logits), token.id, *row.raw);
  } else if (row.raw != nullptr) {
    LogprobReporter own;
    FillReport(own.Raw(row.logits), token.id, *row.raw);
  }
  return token;
}

}  // namespace

void SampleBatch(absl::Span<const BatchRow> rows, absl::Span<Token> tokens,
                 absl::Span<Workspace> workspaces, Executor executor,
                 absl::Span<LogprobReporter> reporters) {
  assert(tokens.size() == rows.size());
  assert(!workspaces.empty());
  assert(reporters.empty() || reporters.size() == workspaces.size());
  // Rows are handed out one by one, because their costs differ widely (a flat
  // row under top_p costs many times a peaked one).
  std::atomic<std::size_t> next = 0;
  executor(std::min(workspaces.size(), rows.size()), [&](std::size_t worker) {
    LogprobReporter* const reporter =
        reporters.empty() ? nullptr : &reporters[worker];
    for (std::size_t i = next++; i < rows.size(); i = next++) {
      tokens[i] = SampleRow(rows[i], workspaces[worker], reporter);
    }
  });
}

void SampleBatch(absl::Span<const BatchRow> rows, absl::Span<Token> tokens,
                 Workspace& workspace, LogprobReporter* reporter) {
  SampleBatch(
      rows, tokens, absl::MakeSpan(&workspace, 1),
      [](std::size_t workers, auto task) {
        for (std::size_t i = 0; i < workers; ++i) task(i);
      },
      absl::MakeSpan(reporter, reporter == nullptr ? 0 : 1));
}

}  // namespace sampler
