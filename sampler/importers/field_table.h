// The settings of a runtime as data: one line a field, from which the reader,
// the report and sampler/importers/README.md are made.
//
//   {"top_k", FieldKind::kInteger, 40, AtLeast(0).Clamped(),
//    "top_k; 0 or less keeps all", {"--top-k"}}
//
// Ranges are those that the runtime enforces: outside, it answers with an error
// or clamps, and so does the importer. A field without effect on the choice of
// a token is in the table too, with the reason, and so is one that has an
// effect which no config can express.
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
  bool when_used = false;  // Nobody looks at the value while the step is off.

  Range Clamped() const;
  Range WhenUsed() const;
  bool Contains(double x) const;
  // "in [0, 1]", "> 0", "", ...
  std::string Text() const;
};

inline constexpr Range kFinite{};
Range Between(double low, double high);  // Both ends inside.
Range AtLeast(double low);
Range AtMost(double high);
Range Above(double low);

enum class FieldUse {
  kSetting,  // Has an effect on the choice of a token.
  kIdle,     // Never has one.
  kLost,     // Has one which no config can express.
  kHidden,   // A constant of the runtime, which no input can set.
};

// Texts are string literals: they are not copied.
struct Field {
  absl::string_view name;
  FieldKind kind;
  Value standard = {};  // The runtime's default; null: none.
  Range range = {};
  absl::string_view meaning = {};  // What it becomes here, or why nothing.
  std::vector<absl::string_view> aliases = {};  // Flags ("--top-k") too.
  FieldUse use = FieldUse::kSetting;
};

using FieldTable = std::vector<Field>;

// Fields without effect, all for the same reason. A name that ends in "*"
// stands for all that begin so.
FieldTable Idle(absl::string_view why,
                std::initializer_list<absl::string_view> names);

// Fields whose effect is lost, all for the same reason. `neutral` is the value
// that asks for nothing; null, false, 0, -1 and what is empty ask for nothing
// anyway.
FieldTable Lost(absl::string_view why,
                std::initializer_list<absl::string_view> names,
                const Value& neutral = {});

// Whether a value of a field of kLost asks for nothing.
bool AsksForNothing(const Field& field, const Value& value);

// The same fields as constants of the runtime.
FieldTable Hidden(FieldTable table);

FieldTable Join(std::initializer_list<FieldTable> tables);

// The field of that name or alias, or null.
const Field* FindField(const FieldTable& table, absl::string_view name);

// Names and aliases, without patterns and hidden ones; flags only, or all but
// flags.
std::vector<absl::string_view> FieldNames(const FieldTable& table, bool flags);

bool IsFlag(absl::string_view name);

// What a runtime's own reader makes of a value of another type.
struct Leniency {
  bool truncates = false;    // 40.7 is the integer 40.
  bool texts = false;        // "0.7" is a number, "[1]" a list.
  bool empty_lists = false;  // [] is an empty object, "" an empty list.
};

// The value as the runtime reads it: itself if it is of the field's kind, or
// if there is no such reading. 40.0 is an integer and 0 is false everywhere.
Value AsRead(const Field& field, const Value& value, const Leniency& leniency);

// What `value` should be instead ("a number in [0, 1]"), or "" if it is of the
// field's kind and in its range. Clamped ranges admit every number.
std::string WantedInstead(const Field& field, const Value& value);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_FIELD_TABLE_H_
