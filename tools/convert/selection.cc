#include "tools/convert/selection.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace sampler::tools {
namespace {

// Copies sequence after sequence.
class Selector {
 public:
  Selector(const logs::LogContents& all, const RowSelection& selection)
      : all_(all), selection_(selection) {
    logs::LogContents& out = selected_.contents;
    out.vocabulary_size = all.vocabulary_size;
    out.dtype = all.dtype;
    out.metadata = all.metadata;
  }

  SelectedContents Run() && {
    const std::size_t sequences = all_.sequence_offsets.size() - 1;
    for (std::size_t s = 0; s < sequences; ++s) AddSequence(s);
    return std::move(selected_);
  }

 private:
  void AddSequence(std::size_t s) {
    const std::int64_t begin = all_.sequence_offsets[s];
    const std::int64_t end = all_.sequence_offsets[s + 1];
    std::int64_t first = end;  // Of the selected rows,
    std::int64_t last = end;   // and the last one.
    std::int64_t count = 0;
    for (std::int64_t row = begin; row < end; ++row) {
      if (!selection_.Has(row)) continue;
      if (count == 0) first = row;
      last = row;
      ++count;
      AddRow(row);
    }
    if (count == 0) return;
    AddPrompt(s, begin, first);
    const bool gaps = count != last - first + 1;
    selected_.lost_history |= gaps && !all_.tokens.empty();
    AddSettings(s, first == begin && !gaps);
    selected_.contents.sequence_offsets.push_back(std::ssize(selected_.rows));
  }

  void AddRow(std::int64_t row) {
    const auto r = static_cast<std::size_t>(row);
    logs::LogContents& out = selected_.contents;
    selected_.rows.push_back(row);
    if (!all_.tokens.empty()) out.tokens.push_back(all_.tokens[r]);
    if (!all_.attempts.empty()) out.attempts.push_back(all_.attempts[r]);
    if (all_.ban_offsets.size() == 1) return;
    const auto bans = all_.banned_tokens.begin();
    out.banned_tokens.insert(out.banned_tokens.end(),
                             bans + all_.ban_offsets[r],
                             bans + all_.ban_offsets[r + 1]);
    out.ban_offsets.push_back(std::ssize(out.banned_tokens));
  }

  void AddPrompt(std::size_t s, std::int64_t begin, std::int64_t first) {
    logs::LogContents& out = selected_.contents;
    const auto prompt = all_.prompt_tokens.begin();
    out.prompt_tokens.insert(out.prompt_tokens.end(),
                             prompt + all_.prompt_offsets[s],
                             prompt + all_.prompt_offsets[s + 1]);
    if (!all_.tokens.empty()) {
      std::copy_if(all_.tokens.begin() + begin, all_.tokens.begin() + first,
                   std::back_inserter(out.prompt_tokens),
                   [](TokenId id) { return id != logs::kNoToken; });
    }
    out.prompt_offsets.push_back(std::ssize(out.prompt_tokens));
  }

  void AddSettings(std::size_t s, bool from_the_start) {
    if (all_.drawn_with.empty()) return;
    const auto& told = all_.drawn_with[s];
    selected_.lost_settings |= told.has_value() && !from_the_start;
    selected_.contents.drawn_with.push_back(from_the_start ? told
                                                           : std::nullopt);
  }

  const logs::LogContents& all_;
  const RowSelection& selection_;
  SelectedContents selected_;
};

}  // namespace

SelectedContents SelectContents(const logs::LogContents& all,
                                const RowSelection& selection) {
  return Selector(all, selection).Run();
}

}  // namespace sampler::tools
