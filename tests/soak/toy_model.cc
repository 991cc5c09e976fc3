#include "tests/soak/toy_model.h"

#include <cstddef>

#include "absl/types/span.h"
#include "sampler/token_mask.h"

namespace sampler::soak {
namespace {

// The last tokens that a row depends on.
constexpr std::size_t kContext = 4;

std::uint64_t HashOfEnd(absl::Span<const TokenId> tokens, std::uint64_t hash) {
  if (tokens.size() > kContext) tokens.remove_prefix(tokens.size() - kContext);
  for (const TokenId token : tokens) {
    hash = Mixed(hash + static_cast<std::uint64_t>(token) + 1);
  }
  return hash;
}

// Between -8 and 8, mostly near 0, and some of them equal.
float LogitOf(std::uint64_t bits) {
  const auto part = [&](int shift) {
    return static_cast<int>(bits >> shift & 0xff) - 128;
  };
  return static_cast<float>(part(0) * part(8) / 64) / 32.0f;
}

std::vector<float> RowOf(std::uint64_t hash) {
  std::vector<float> row;
  for (std::int64_t id = 0; id < kVocabulary; ++id) {
    row.push_back(LogitOf(Mixed(hash + static_cast<std::uint64_t>(id))));
  }
  return row;
}

}  // namespace

std::uint64_t Mixed(std::uint64_t bits) {
  bits = (bits ^ bits >> 31) * 0x9e3779b97f4a7c15;
  bits = (bits ^ bits >> 29) * 0xbf58476d1ce4e5b9;
  return bits ^ bits >> 32;
}

ModelStep::ModelStep(const History& text, std::uint64_t model) {
  std::uint64_t hash = Mixed(model + text.output().size());
  if (text.output().size() < kContext) hash = HashOfEnd(text.prompt(), hash);
  hash = HashOfEnd(text.output(), hash);
  row_ = RowOf(hash);
  unconditional_ = RowOf(hash + 1);
  for (std::int64_t bit = 0; bit < kVocabulary; bit += 32) {
    hash = Mixed(hash + 1);
    mask_.push_back(static_cast<std::uint32_t>(hash | hash >> 32));
  }
  uniform_ = static_cast<double>(Mixed(hash + 2) >> 11) * 0x1p-53;
}

StepInputs ModelStep::inputs() const {
  return {.mask = TokenMask(absl::MakeConstSpan(mask_)),
          .unconditional = Logits(unconditional_),
          .uniform = uniform_};
}

std::string TextOf(TokenId token) {
  constexpr TokenId kSilent = 250;
  if (token >= kSilent) return "";
  const auto letter = [](TokenId n) { return static_cast<char>('a' + n % 5); };
  std::string text(1, letter(token));
  if (token >= 30) text += letter(token / 5);
  return text;
}

}  // namespace sampler::soak
