#include "sampler/logs/rows/row_layout.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"

namespace sampler::logs {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr absl::string_view kChoices = "btv ([B, T, V]) or tbv ([T, B, V])";

// The axes along which a shape extends.
Shape Squeezed(const Shape& shape) {
  Shape kept;
  for (const std::int64_t extent : shape) {
    if (extent != 1) kept.push_back(extent);
  }
  return kept;
}

// The order that an array of token ids of this shape tells of: [B, T], or one
// axis of T where there is one sequence. Empty: it fits both orders, or none.
std::optional<Axes> OrderOf(const TokenShape& tokens, std::int64_t first,
                            std::int64_t second) {
  for (std::int64_t extra = 0; extra <= tokens.extra; ++extra) {
    const bool batch_first =
        tokens.shape == Shape{first, second + extra} && second + extra > 1;
    const bool steps_first =
        tokens.shape == Shape{second, first + extra} ||
        (second == 1 && tokens.shape == Shape{first + extra});
    if (batch_first != steps_first) {
      return batch_first ? Axes::kBatchFirst : Axes::kStepsFirst;
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<Axes>> Declared(
    const std::string& file, const OpenOptions& options,
    const LogDescription& description) {
  if (options.axes.has_value()) return options.axes;
  const auto found = description.metadata.find("axes");
  if (found == description.metadata.end()) return std::nullopt;
  if (found->second == "btv") return Axes::kBatchFirst;
  if (found->second == "tbv") return Axes::kStepsFirst;
  return InvalidLog({file, "metadata \"axes\"",
                     absl::StrCat("\"", found->second.substr(0, 40), "\""),
                     kChoices, "write the file again"});
}

// What shapes and offsets say.
std::optional<Axes> Deduced(const LayoutQuestion& question) {
  const std::int64_t first = question.axes[0];
  const std::int64_t second = question.axes[1];
  for (const TokenShape& tokens : question.tokens) {
    const auto order = OrderOf(tokens, first, second);
    if (order.has_value()) return order;
  }
  if (first == second || !question.sequences.has_value()) return std::nullopt;
  if (*question.sequences == first) return Axes::kBatchFirst;
  if (*question.sequences == second) return Axes::kStepsFirst;
  return std::nullopt;
}

std::string Counted(std::int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string Sequences(std::int64_t sequences, std::int64_t steps) {
  return absl::StrCat(Counted(sequences, "sequence"), " of ",
                      Counted(steps, "row"));
}

RowLayout Ordered(std::int64_t first, std::int64_t second, Axes axes) {
  if (axes == Axes::kBatchFirst) return {first, second, false};
  return {second, first, true};
}

}  // namespace

absl::StatusOr<RowLayout> FindLayout(const LayoutQuestion& question,
                                     const OpenOptions& options,
                                     LogDescription& description) {
  const absl::Span<const std::int64_t> axes = question.axes;
  if (axes.size() < 2) {
    if (options.axes.has_value()) {
      return InvalidLog({question.file, "axes",
                         *options.axes == Axes::kBatchFirst ? "btv" : "tbv",
                         "none: the rows have no axis of sequences",
                         "leave it out"});
    }
    return RowLayout{1, axes.empty() ? 1 : axes[0], false};
  }
  auto declared = Declared(question.file, options, description);
  if (!declared.ok()) return declared.status();
  const std::int64_t first = axes[0];
  const std::int64_t second = axes[1];
  if (declared->has_value()) return Ordered(first, second, **declared);
  const std::string shape = absl::StrCat("[", first, ", ", second, ", V]");
  if (const auto deduced = Deduced(question); deduced.has_value()) {
    const RowLayout layout = Ordered(first, second, *deduced);
    if (layout.steps_first) {
      description.notices.push_back(
          absl::StrCat(shape, " is read as [T, B, V], ",
                       Sequences(layout.sequences, layout.steps),
                       ": so the tokens' shape or the offsets say"));
    }
    return layout;
  }
  if (first > 1 && (second == 1 || question.joined)) {
    return InvalidLog(
        {question.file, "shape", shape,
         absl::StrCat("word of its axes: tbv for ", Sequences(second, first),
                      ", btv for ", Sequences(first, second)),
         "say it with --axes tbv or --axes btv, or store the tokens as [B, "
         "T]"});
  }
  if (first > 1) {
    description.notices.push_back(
        absl::StrCat(shape, " is read as [B, T, V], ", Sequences(first, second),
                     "; if its first axis counts steps, say --axes tbv"));
  }
  return Ordered(first, second, Axes::kBatchFirst);
}

absl::StatusOr<std::vector<std::int64_t>> IdsBySequence(
    absl::string_view file, absl::string_view name, const TokenArray& array,
    const RowLayout& layout, std::int64_t extra, bool any_shape) {
  const std::int64_t length = layout.steps + extra;
  const std::int64_t sequences = layout.sequences;
  const Shape core = Squeezed(array.shape);
  const bool flat = core.size() < 2;
  const bool by_sequence = core == Shape{sequences, length};
  const bool by_step = layout.steps_first && core == Shape{length, sequences};
  const bool fits = std::ssize(array.ids) == sequences * length &&
                    (flat || by_sequence || by_step || any_shape);
  if (!fits) {
    return InvalidLog(
        {file, name,
         flat ? absl::StrCat(array.ids.size(), " token ids")
              : absl::StrCat("ids of shape ",
                             ShapeText(absl::MakeConstSpan(array.shape))),
         sequences == 1 ? absl::StrCat(length, " ids, one per row")
                        : absl::StrCat("[", sequences, ", ", length, "], ",
                                       sequences * length, " ids, one per row"),
         "give the id drawn from each row, the prompt in a tensor or file of "
         "its own"});
  }
  if (!by_step && !(flat && layout.steps_first)) return array.ids;
  std::vector<std::int64_t> ids;
  ids.reserve(array.ids.size());
  for (std::int64_t s = 0; s < sequences; ++s) {
    for (std::int64_t t = 0; t < length; ++t) {
      ids.push_back(array.ids[static_cast<std::size_t>(t * sequences + s)]);
    }
  }
  return ids;
}

}  // namespace sampler::logs
