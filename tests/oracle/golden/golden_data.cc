#include "tests/oracle/golden/golden_data.h"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace oracle {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

template <typename T>
std::vector<T> Values(const std::string& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (values.empty()) return values;  // memcpy wants no null pointer
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

std::vector<double> Doubles(const std::string& dtype,
                            const std::string& bytes) {
  std::vector<double> doubles;
  if (dtype == "F32") {
    for (float x : Values<float>(bytes)) doubles.push_back(x);
  } else if (dtype == "F16") {
    for (auto x : Values<std::uint16_t>(bytes)) doubles.push_back(FromHalf(x));
  } else if (dtype == "BF16") {
    for (auto x : Values<std::uint16_t>(bytes)) {
      doubles.push_back(FromBfloat(x));
    }
  } else {
    throw std::runtime_error("dtype " + dtype);
  }
  return doubles;
}

struct Tensor {
  std::string dtype;
  std::vector<std::size_t> shape;
  std::string bytes;
};

std::map<std::string, Tensor> ReadSafetensors(const std::string& path) {
  const std::string file = ReadFile(path);
  const auto header_size = Values<std::uint64_t>(file.substr(0, 8)).at(0);
  const auto header = nlohmann::json::parse(file.substr(8, header_size));
  std::map<std::string, Tensor> tensors;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    const auto begin = entry.at("data_offsets").at(0).get<std::size_t>();
    const auto end = entry.at("data_offsets").at(1).get<std::size_t>();
    tensors[name] = {entry.at("dtype").get<std::string>(),
                     entry.at("shape").get<std::vector<std::size_t>>(),
                     file.substr(8 + header_size + begin, end - begin)};
  }
  return tensors;
}

// Little-endian f32 or i32 in C order, which is all that the data hold.
Tensor ReadNpy(const std::string& path) {
  const std::string file = ReadFile(path);
  const std::size_t size = Values<std::uint16_t>(file.substr(8, 2)).at(0);
  const std::string header = file.substr(10, size);
  Tensor tensor;
  tensor.dtype = header.find("'<f4'") != std::string::npos ? "F32" : "I32";
  std::istringstream shape(header.substr(header.find("'shape': (") + 10));
  std::size_t extent;
  char comma;
  while (shape >> extent) {
    tensor.shape.push_back(extent);
    shape >> comma;
  }
  tensor.bytes = file.substr(10 + size);
  return tensor;
}

std::map<int, std::vector<double>> Rows(const Tensor& tensor,
                                        const std::vector<int>& numbers) {
  const std::size_t bytes = tensor.bytes.size() / tensor.shape.at(0);
  std::map<int, std::vector<double>> rows;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    rows[numbers[i]] =
        Doubles(tensor.dtype, tensor.bytes.substr(i * bytes, bytes));
  }
  return rows;
}

bool Exists(const std::string& path) { return std::ifstream(path).good(); }

}  // namespace

double FromHalf(std::uint16_t bits) {
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  if (exponent == 31) {
    return mantissa != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  }
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024 + mantissa, exponent - 25);
}

double FromBfloat(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

Context GoldenLog::ContextOf(int row) const {
  Context context;
  context.prompt = prompt;
  context.output.assign(tokens.begin(), tokens.begin() + row);
  return context;
}

GoldenLog LoadGoldenLog(const std::string& path) {
  std::map<std::string, Tensor> tensors;
  if (Exists(path + ".safetensors")) {
    tensors = ReadSafetensors(path + ".safetensors");
  } else {
    tensors["logits"] = ReadNpy(path + ".npy");
    tensors["tokens"] = ReadNpy(path + ".tokens.npy");
  }
  GoldenLog log;
  log.name = path.substr(path.rfind('/') + 1);
  log.tokens = Values<TokenId>(tensors.at("tokens").bytes);
  log.prompt = Values<TokenId>(tensors["prompt_tokens"].bytes);
  std::vector<int> numbers;
  for (std::int32_t n : Values<std::int32_t>(tensors["row_index"].bytes)) {
    numbers.push_back(n);
  }
  if (numbers.empty()) {
    for (std::size_t i = 0; i < tensors.at("logits").shape.at(0); ++i) {
      numbers.push_back(static_cast<int>(i));
    }
  }
  log.rows = Rows(tensors.at("logits"), numbers);
  if (tensors.contains("scores")) {
    log.scores = Rows(tensors.at("scores"), numbers);
  }
  return log;
}

std::vector<nlohmann::json> LoadJsonLines(const std::string& path) {
  std::istringstream lines(ReadFile(path));
  std::vector<nlohmann::json> records;
  for (std::string line; std::getline(lines, line);) {
    records.push_back(nlohmann::json::parse(line));
  }
  return records;
}

std::vector<TokenId> LoadBreakers(const std::string& tokenizer) {
  const auto vocabulary =
      nlohmann::json::parse(ReadFile(tokenizer)).at("model").at("vocab");
  std::vector<TokenId> breakers;
  for (const auto& [text, id] : vocabulary.items()) {
    // A byte-level vocabulary spells a line break U+010A.
    if (text.find("\u010A") != std::string::npos ||
        text.find_first_of(":\"*") != std::string::npos) {
      breakers.push_back(id.get<TokenId>());
    }
  }
  return breakers;
}

std::vector<GoldenSet> GoldenSets(const std::string& test_data,
                                  const std::string& shared) {
  std::vector<GoldenSet> sets = {
      {"Subset", test_data + "/golden-", test_data + "/golden-"}};
  if (!shared.empty()) {
    sets.push_back({"Complete", shared + "/data/", shared + "/golden/"});
  }
  return sets;
}

}  // namespace oracle
