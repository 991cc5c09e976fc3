#include "sampler/logs/server/server_log.h"

#include <limits>
#include <utility>

namespace sampler::logs {

ServerLog::ServerLog(InputFile file, ServerParts server)
    : Log(std::move(file), std::exchange(server.parts, LogParts())),
      server_(std::move(server)) {}

absl::StatusOr<Logits> ServerLog::Row(std::int64_t row,
                                      RowBuffer& buffer) const {
  buffer.values.assign(static_cast<std::size_t>(vocabulary_size()),
                       -std::numeric_limits<float>::infinity());
  const auto n = static_cast<std::size_t>(row);
  for (std::size_t i = server_.starts[n]; i < server_.starts[n + 1]; ++i) {
    buffer.values[static_cast<std::size_t>(server_.ids[i])] = server_.values[i];
  }
  return Logits(buffer.values);
}

absl::StatusOr<std::optional<TailInfo>> ServerLog::Tail(
    std::int64_t row) const {
  return server_.tails[static_cast<std::size_t>(row)];
}

}  // namespace sampler::logs
