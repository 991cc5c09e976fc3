#include "tools/options/typed_options.h"

#include <algorithm>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sampler/parameters/decimal.h"
#include "sampler/parameters/spelling.h"

namespace sampler::tools {
namespace {

// "--seed" of "-s,--seed".
std::string LongName(const std::string& name) {
  return name.substr(name.rfind(',') + 1);
}

[[noreturn]] void Refuse(const std::string& name, const std::string& text,
                         const std::string& want) {
  throw CLI::ValidationError(
      LongName(name),
      absl::StrCat("got ", text.empty() ? "nothing" : Shortened(text),
                   ", want ", want));
}

std::string Wanted(IntegerRange range) {
  return absl::StrCat("an integer in [", range.minimum, ", ", range.maximum,
                      "] (decimal digits only)");
}

std::string Wanted(RealRange range) {
  return range.maximum == std::numeric_limits<double>::max()
             ? absl::StrCat("a finite number of at least ", range.minimum)
             : absl::StrCat("a number in [", range.minimum, ", ", range.maximum,
                            "]");
}

std::int64_t Read(const std::string& name, const std::string& text,
                  IntegerRange range) {
  const auto value = ReadInteger(text);
  if (!value.ok() || *value < range.minimum || *value > range.maximum) {
    Refuse(name, text, Wanted(range));
  }
  return *value;
}

}  // namespace

CLI::Option* AddInteger(CLI::App& app, const std::string& name,
                        const std::string& help, IntegerRange range,
                        std::function<void(std::int64_t)> set) {
  return app
      .add_option_function<std::string>(
          name,
          [name, range, set = std::move(set)](const std::string& text) {
            set(Read(name, text, range));
          },
          help)
      ->type_name("N");
}

CLI::Option* AddUnsigned(CLI::App& app, const std::string& name,
                         const std::string& help,
                         std::function<void(std::uint64_t)> set) {
  return app
      .add_option_function<std::string>(
          name,
          [name, set = std::move(set)](const std::string& text) {
            const auto value = ReadUnsigned(text);
            if (!value.ok()) {
              Refuse(name, text,
                     absl::StrCat("an integer in [0, ",
                                  std::numeric_limits<std::uint64_t>::max(),
                                  "] (decimal digits only)"));
            }
            set(*value);
          },
          help)
      ->type_name("N");
}

CLI::Option* AddIntegers(CLI::App& app, const std::string& name,
                         const std::string& help, IntegerRange range,
                         std::function<void(std::int64_t)> set) {
  return app
      .add_option_function<std::vector<std::string>>(
          name,
          [name, range,
           set = std::move(set)](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) {
              for (const std::string& part :
                   std::vector<std::string>(absl::StrSplit(text, ','))) {
                set(Read(name, part, range));
              }
            }
          },
          help)
      ->type_name("N")
      ->expected(1)
      ->take_all();
}

CLI::Option* AddReal(CLI::App& app, const std::string& name,
                     const std::string& help, RealRange range,
                     std::function<void(double)> set) {
  return app
      .add_option_function<std::string>(
          name,
          [name, range, set = std::move(set)](const std::string& text) {
            const auto value = ReadReal(text);
            if (!value.ok() || *value < range.minimum ||
                *value > range.maximum) {
              Refuse(name, text, Wanted(range));
            }
            set(*value);
          },
          help)
      ->type_name("X");
}

CLI::Option* AddWord(CLI::App& app, const std::string& name,
                     const std::string& help, std::vector<std::string> words,
                     std::function<void(std::size_t)> set) {
  return app.add_option_function<std::string>(
      name,
      [name, words = std::move(words),
       set = std::move(set)](const std::string& text) {
        const auto word = std::find(words.begin(), words.end(), text);
        if (word == words.end()) {
          const std::vector<absl::string_view> known(words.begin(),
                                                     words.end());
          Refuse(name, text,
                 absl::StrCat("one of ", absl::StrJoin(words, ", "),
                              DidYouMean(text, known)));
        }
        set(static_cast<std::size_t>(word - words.begin()));
      },
      help);
}

}  // namespace sampler::tools
