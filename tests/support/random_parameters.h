// Random legal parameters, made from the parameter tables of the registry, by
// any generator of 64 random bits.

#ifndef SAMPLER_TESTS_SUPPORT_RANDOM_PARAMETERS_H_
#define SAMPLER_TESTS_SUPPORT_RANDOM_PARAMETERS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "sampler/parameters/parameter.h"

namespace sampler {

using Random = std::mt19937_64;

template <typename Source>
double RandomReal(const Parameter& line, Source& random) {
  const double low = std::max(line.minimum(), -1e300);
  const double high = std::min(line.maximum(), 1e300);
  switch (random() % 5) {
    case 0:
      return line.minimum_excluded() ? std::nextafter(low, high) : low;
    case 1:
      return line.maximum_excluded() ? std::nextafter(high, low) : high;
    case 2: {  // Any magnitude, if it lies within.
      const double any =
          std::ldexp(static_cast<double>(random() >> 11) * 0x1p-53,
                     static_cast<int>(random() % 200) - 100);
      if (any > low && any < high) return any;
      break;
    }
    default:
      break;
  }
  const double fraction = (static_cast<double>(random() >> 12) + 0.5) * 0x1p-52;
  return low + fraction * (std::min(high, low + 4.0) - low);
}

template <typename Source>
std::int64_t RandomInteger(const Parameter& line, Source& random) {
  const auto low = static_cast<std::int64_t>(std::max(line.minimum(), -50.0));
  if (line.maximum() < 1e6) {
    const auto high = static_cast<std::int64_t>(line.maximum());
    return low + static_cast<std::int64_t>(
                     random() % static_cast<std::uint64_t>(high - low + 1));
  }
  if (random() % 8 == 0) return std::numeric_limits<std::int64_t>::max();
  return low + static_cast<std::int64_t>(random() % 100);
}

template <typename Source>
Value RandomValue(const Parameter& line, Source& random);

template <typename Source>
Value::Object RandomObject(const ParameterTable& table, Source& random) {
  Value::Object object;
  for (const Parameter& line : table) {
    if (!line.required() && random() % 2 == 0) continue;
    object.emplace(std::string(line.name()), RandomValue(line, random));
  }
  return object;
}

// Up to four ids that follow one another, some of them more than once.
template <typename Source>
Value::List RandomTokens(Source& random) {
  Value::List tokens;
  for (std::uint64_t n = 1 + random() % 4; n > 0; --n) {
    tokens.push_back(static_cast<std::int64_t>(random() % 6));
  }
  return tokens;
}

template <typename Source>
Value RandomValue(const Parameter& line, Source& random) {
  if (line.nullable() && random() % 4 == 0) return Value();
  switch (line.kind()) {
    case ParameterKind::kReal: {
      const double real = RandomReal(line, random);
      // Integers are accepted for reals, and stay what they were.
      if (random() % 4 == 0 && std::fabs(real) < 1e6) {
        const auto integer = static_cast<std::int64_t>(std::ceil(real));
        const auto rounded = static_cast<double>(integer);
        if (rounded < line.maximum() ||
            (rounded == line.maximum() && !line.maximum_excluded())) {
          return integer;
        }
      }
      return real;
    }
    case ParameterKind::kInteger:
      return RandomInteger(line, random);
    case ParameterKind::kIntegers: {
      Value::List integers;
      for (std::uint64_t n = random() % 5 + (line.non_empty() ? 1 : 0); n > 0;
           --n) {
        integers.push_back(RandomInteger(line, random));
      }
      return integers;
    }
    case ParameterKind::kBoolean:
      return random() % 2 == 0;
    case ParameterKind::kChoice:
      return std::string(line.choices()[random() % line.choices().size()]);
    case ParameterKind::kTokenIds: {
      Value::List ids;
      for (std::uint64_t n = random() % 5 + (line.non_empty() ? 1 : 0); n > 0;
           --n) {
        ids.push_back(static_cast<std::int64_t>(10 * n + random() % 10));
      }
      return ids;
    }
    case ParameterKind::kBiases: {
      Value::Object biases;
      for (std::uint64_t n = random() % 5; n > 0; --n) {
        Value bias = false;
        if (random() % 3 != 0) {
          bias = static_cast<double>(random() % 1000) / 7.0 - 50.0;
        }
        biases.emplace(absl::StrCat(random() % 50), bias);
      }
      return biases;
    }
    case ParameterKind::kName:
      return std::string(random() % 2 == 0 ? "thinking" : "answer");
    case ParameterKind::kTokenSequence:
      return RandomTokens(random);
    case ParameterKind::kTokenSequences: {
      Value::List sequences;
      for (std::uint64_t n = random() % 4; n > 0; --n) {
        sequences.push_back(RandomTokens(random));
      }
      return sequences;
    }
    case ParameterKind::kSequenceBiases: {
      Value::List entries;
      for (std::uint64_t n = random() % 4; n > 0; --n) {
        Value bias = false;
        if (random() % 3 != 0) bias = static_cast<double>(random() % 100) / 7.0;
        entries.push_back(Value::List{RandomTokens(random), bias});
      }
      return entries;
    }
    case ParameterKind::kPositionedTokens: {
      Value::List at;
      for (std::uint64_t n = random() % 4; n > 0; --n) {
        const auto id = static_cast<std::int64_t>(random() % 50);
        Value ids = id;
        if (random() % 2 == 0) ids = Value::List{id, id + 1};
        at.push_back(Value::List{static_cast<std::int64_t>(n), ids});
      }
      return at;
    }
    case ParameterKind::kObject:
      break;
  }
  return RandomObject(line.fields(), random);
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_RANDOM_PARAMETERS_H_
