// The documents of an answer file: one JSON text, JSON Lines, or server-sent
// events.
//
//   JSON        the whole text is one value
//   JSON Lines  the first line is a value of its own, and so is every other;
//               blank lines are passed over
//   SSE         "data: {...}" a line; "data: [DONE]" ends a stream; lines of
//               other fields and comments are passed over; lines may end
//               with LF, CR or both
//
// Errors: InvalidArgument with the number of the line; DataLoss where the text
//   ends inside a value, unless allow_partial and documents stand before it.
// Thread-safety: pure function.
// Tested by: tests/logs/server/documents_test.cc.

#ifndef SAMPLER_LOGS_SERVER_DOCUMENTS_H_
#define SAMPLER_LOGS_SERVER_DOCUMENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/server/json_node.h"

namespace sampler::logs {

struct Document {
  JsonNode node = {};
  std::int64_t line = 1;
  bool ends_stream = false;  // "[DONE]": there is no node.
};

struct Documents {
  std::vector<Document> documents;
  bool events = false;  // Server-sent: parts of answers.
  bool cut = false;     // The last line is not whole, and left out.
};

// `file` names the text in errors.
absl::StatusOr<Documents> ReadDocuments(const std::string& file,
                                        absl::string_view text,
                                        bool allow_partial);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_DOCUMENTS_H_
