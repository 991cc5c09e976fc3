#include "sampler/config/fingerprint.h"

#include <bit>
#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sampler {
namespace {

// FNV-1a, with a mark before every value so that no two trees read alike.
class Hash {
 public:
  void Add(const Value& value) {
    if (value.is_null()) return Mark('n', 0);
    if (const bool* b = value.boolean()) return Mark('b', *b ? 1 : 0);
    if (const std::int64_t* i = value.integer()) return AddInteger(*i);
    if (const double* d = value.real()) return AddReal(*d);
    if (const std::string* text = value.text()) return AddText(*text);
    if (const Value::List* list = value.list()) {
      Mark('l', list->size());
      for (const Value& element : *list) Add(element);
      return;
    }
    if (const Value::Object* object = value.object()) AddObject(*object);
  }

  void AddObject(const Value::Object& object) {
    Mark('o', object.size());
    for (const auto& [name, value] : object) {
      AddText(name);
      Add(value);
    }
  }

  void AddText(absl::string_view text) {
    Mark('t', text.size());
    for (const char c : text) Byte(static_cast<unsigned char>(c));
  }

  void Mark(char mark, std::uint64_t number) {
    Byte(static_cast<unsigned char>(mark));
    for (int shift = 0; shift < 64; shift += 8) {
      Byte(static_cast<unsigned char>(number >> shift & 0xff));
    }
  }

  // 0 says that there is no config.
  std::uint64_t value() const { return hash_ == 0 ? 1 : hash_; }

 private:
  void Byte(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001b3; }

  void AddInteger(std::int64_t i) {
    // As the real number, where that is the same number.
    constexpr std::int64_t kExact = std::int64_t{1} << 53;
    if (-kExact <= i && i <= kExact) return AddReal(static_cast<double>(i));
    Mark('i', static_cast<std::uint64_t>(i));
  }
  void AddReal(double d) {
    Mark('r', std::bit_cast<std::uint64_t>(d == 0.0 ? 0.0 : d));
  }

  std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace

std::uint64_t ConfigFingerprint(const PipelineConfig& config) {
  Hash hash;
  hash.Mark('c', static_cast<std::uint64_t>(config.rng));
  // Phases and conditions only where there are any: configs without have the
  // fingerprints that they had before there were such.
  if (!config.phases.empty()) hash.Mark('p', config.phases.size());
  for (const auto& [name, given] : config.phases) {
    hash.AddText(name);
    hash.AddObject(given);
  }
  for (const StageConfig& stage : config.stages) {
    hash.AddText(stage.type);
    hash.AddObject(stage.parameters);
    if (!stage.when.has_value()) continue;
    hash.Mark('w', 1);
    hash.Add(*stage.when);
  }
  return hash.value();
}

}  // namespace sampler
