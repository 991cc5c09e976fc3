// The settings of a runtime as data: one line a field, from which the reader,
// the report and sampler/importers/README.md are made.
//
//   {"top_k", FieldKind::kInteger, 40, AtLeast(0).Clamped(),
//    "top_k; 0 or less keeps all", {"--top-k"}}
//
// Ranges are those that the runtime enforces: outside, it answers with an error
// or clamps, and so does the importer. A field without effect on the choice of
// a token is in the table too, with the reason.
//
// Thread-safety: plain values; the functions are pure.
// Tested by: tests/importers/field_table_test.cc.

#ifndef SAMPLER_IMPORTERS_FIELD_TABLE_H_
#define SAMPLER_IMPORTERS_FIELD_TABLE_H_

#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

enum class FieldKind { kReal, kInteger, kBoolean, kText, kList, kMap, kAny };

// The numbers that a runtime accepts.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;   // `low` itself is outside.
  bool high_open = false;  // `high` itself is outside.
  bool clamped = false;    // Outside is moved to the nearest end, no error.

  Range Clamped() const;
  bool Contains(double x) const;
  // "in [0, 1]", "> 0", "", ...
  std::string Text() const;
};

inline constexpr Range kFinite{};
Range Between(double low, double high);  // Both ends inside.
Range AtLeast(double low);
Range AtMost(double high);
Range Above(double low);

// Texts are string literals: they are not copied.
struct Field {
  absl::string_view name;
  FieldKind kind;
  Value standard = {};  // The runtime's default; null: none.
  Range range = {};
  absl::string_view meaning = {};  // What it becomes here, or why nothing.
  std::vector<absl::string_view> aliases = {};  // Flags ("--top-k") too.
  bool idle = false;  // Never has an effect on the choice of a token.
};

using FieldTable = std::vector<Field>;

// Fields without effect, all for the same reason. A name that ends in "*"
// stands for all that begin so.
FieldTable Idle(absl::string_view why,
                std::initializer_list<absl::string_view> names);

FieldTable Join(std::initializer_list<FieldTable> tables);

// The field of that name or alias, or null.
const Field* FindField(const FieldTable& table, absl::string_view name);

// Names and aliases, without patterns; flags only, or all but flags.
std::vector<absl::string_view> FieldNames(const FieldTable& table, bool flags);

bool IsFlag(absl::string_view name);

// What `value` should be instead ("a number in [0, 1]"), or "" if it is of the
// field's kind and in its range. Clamped ranges admit every number.
std::string WantedInstead(const Field& field, const Value& value);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_FIELD_TABLE_H_
