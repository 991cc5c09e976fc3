#include "sampler/logs/formats/foreign_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sampler/parameters/byte_order_mark.h"
#include "sampler/parameters/printable.h"

namespace sampler::logs {
namespace {

bool Has(absl::string_view text, absl::string_view key) {
  return absl::StrContains(text, absl::StrCat("\"", key, "\""));
}

// JSON that is known, and no answer; nothing found: it may be one.
Foreign KnownJson(absl::string_view text) {
  if (absl::StrContains(text, "\"sampler.")) {
    return {"JSON that sampler itself wrote",
            "name the log that it was made from"};
  }
  if (Has(text, "stages") && Has(text, "version")) {
    return {"JSON, a config of this sampler", "give it with --config FILE"};
  }
  if (Has(text, "added_tokens") || Has(text, "vocab")) {
    return {"JSON, a tokenizer", "give it with --vocab-file FILE"};
  }
  if (Has(text, "weight_map")) {
    return {"JSON, the index of safetensors shards",
            "name one of the .safetensors files"};
  }
  return {};
}

bool IsKnownJson(absl::string_view text) {
  return !KnownJson(text).found.empty();
}

Foreign JsonText(absl::string_view text) {
  Foreign known = KnownJson(text);
  if (!known.found.empty()) return known;
  if (absl::StartsWith(text, "[")) {
    return {"JSON, an array",
            "if it holds dense logits: python3 -c \"import json, numpy; "
            "numpy.save('out.npy', numpy.array(json.load(open('in.json')), "
            "'f4'))\""};
  }
  return {"JSON, and no answer of a server that is known",
          "write its rows of dense logits with numpy.save, or its top tokens "
          "as a top-k log"};
}

// "data: {...}" after "data: {...}".
bool IsEventStream(absl::string_view text) {
  if (absl::StartsWith(text, "id:") || absl::StartsWith(text, "retry:")) {
    return absl::StrContains(text, "data:");
  }
  return absl::StartsWith(text, "data:") || absl::StartsWith(text, "event:") ||
         absl::StartsWith(text, ": ");
}

// The first lines hold numbers between one separator.
char SeparatorOf(absl::string_view text) {
  const absl::string_view line = text.substr(0, text.find('\n'));
  for (const char separator : {',', ';', '\t'}) {
    if (std::count(line.begin(), line.end(), separator) > 0) return separator;
  }
  return '\0';
}

bool HoldsNumbers(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
           absl::ascii_isspace(static_cast<unsigned char>(c)) ||
           absl::StrContains("+-.,;eEinfaNIF", absl::string_view(&c, 1));
  });
}

Foreign Table(absl::string_view text, char separator) {
  const bool header = !HoldsNumbers(text.substr(0, text.find('\n')));
  const std::string delimiter =
      separator == '\t' ? "\\t" : std::string(1, separator);
  return {separator == '\t' ? "TSV, a table of text" : "CSV, a table of text",
          absl::StrCat("if its rows are dense logits: python3 -c \"import "
                       "numpy; numpy.save('out.npy', numpy.loadtxt('in.csv', "
                       "'f4', delimiter='",
                       delimiter, "'", header ? ", skiprows=1" : "",
                       ", ndmin=2))\"")};
}

}  // namespace

bool IsText(absl::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    const auto byte = static_cast<unsigned char>(head[i]);
    if (byte < 0x80) {
      if (absl::ascii_iscntrl(byte) && !absl::ascii_isspace(byte)) return false;
      continue;
    }
    // A lead byte, and as many continuations as it says; the end may be cut.
    const std::size_t more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    if (byte < 0xc2 || byte > 0xf4) return false;
    for (std::size_t k = 1; k <= more && i + k < head.size(); ++k) {
      if ((static_cast<unsigned char>(head[i + k]) & 0xc0) != 0x80) {
        return false;
      }
    }
    i += more;
  }
  return true;
}

bool MayBeAnswer(absl::string_view head) {
  // The least that an answer is longer than; a few numbers may look like it.
  constexpr std::size_t kFewestLetters = 16;
  if (head.size() < kFewestLetters || !IsText(head)) return false;
  head = WithoutByteOrderMark(head);
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(head);
  if (IsEventStream(text)) return true;
  const bool json = absl::StartsWith(text, "{") || absl::StartsWith(text, "[");
  return json && !IsKnownJson(text);
}

Foreign ForeignText(absl::string_view head) {
  head = WithoutByteOrderMark(head);
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(head);
  if (text.empty()) return {"nothing but white space", "record it again"};
  if (absl::StartsWith(text, "{") || absl::StartsWith(text, "[")) {
    return JsonText(text);
  }
  if (IsEventStream(text)) {
    return {"a stream of server-sent events (SSE) without an answer",
            "save what the server sent, as it came"};
  }
  if (absl::StartsWithIgnoreCase(text, "<!doctype") ||
      absl::StartsWithIgnoreCase(text, "<html")) {
    return {"a web page (HTML)",
            "was the download refused? look at the page, then fetch the file "
            "again"};
  }
  if (absl::StartsWith(text, "<?xml")) {
    return {"XML", "write the rows of logits with numpy.save"};
  }
  const char separator = SeparatorOf(text);
  if (separator != '\0') return Table(text, separator);
  if (HoldsNumbers(text)) {
    return {"numbers as text",
            "if they are dense logits, a row a line: python3 -c \"import "
            "numpy; numpy.save('out.npy', numpy.loadtxt('in.txt', 'f4', "
            "ndmin=2))\"; token ids go to --tokens"};
  }
  return {
      absl::StrCat("text (\"",
                   EscapeUnsafe(text.substr(0, 24), Escapes::kBytes), "\")"),
      "a log is an array of numbers: save the rows with numpy.save"};
}

}  // namespace sampler::logs
