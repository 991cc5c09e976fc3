#include "sampler/batch.h"

#include <algorithm>
#include <atomic>
#include <cassert>

namespace sampler {

void SampleBatch(absl::Span<const BatchRow> rows, absl::Span<Token> tokens,
                 absl::Span<Workspace> workspaces, Executor executor) {
  assert(tokens.size() == rows.size());
  assert(!workspaces.empty());
  // Rows are handed out one by one, because their costs differ widely (a flat
  // row under top_p costs many times a peaked one).
  std::atomic<std::size_t> next = 0;
  executor(std::min(workspaces.size(), rows.size()), [&](std::size_t worker) {
    for (std::size_t i = next++; i < rows.size(); i = next++) {
      const BatchRow& row = rows[i];
      tokens[i] = row.pipeline->Sample(row.logits, *row.sequence,
                                       workspaces[worker], row.inputs);
    }
  });
}

void SampleBatch(absl::Span<const BatchRow> rows, absl::Span<Token> tokens,
                 Workspace& workspace) {
  SampleBatch(rows, tokens, absl::MakeSpan(&workspace, 1),
              [](std::size_t workers, auto task) {
                for (std::size_t i = 0; i < workers; ++i) task(i);
              });
}

}  // namespace sampler
