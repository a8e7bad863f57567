// SPDX-License-Identifier: Apache-2.0

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>

#include "support/catch.h"
#include "transform/apply.h"

namespace privet::transform {
namespace {

using ::privet::testing::BitsOf;
using ::privet::testing::CompileOrDie;
using ::privet::testing::DoubleOf;
using ::privet::testing::FormOrDie;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::optional<std::uint64_t> Apply(const std::string& form, FieldType type,
                                   std::uint64_t value) {
  const auto compiled = CompileOrDie(FormOrDie(form), type);
  if (compiled->ApplyNumber(&value) != Applied::kKept) return std::nullopt;
  return value;
}

struct Whole {
  std::string form;
  FieldType type;
  std::int64_t in;
  std::optional<std::int64_t> want;
};

TEST_CASE("A whole number becomes the lower end of its bucket",
          "[transform][bucket]") {
  const auto c = GENERATE(values<Whole>({
      {"bucket { width: 10 }", FieldType::kInt64, 17, 10},
      {"bucket { width: 10 }", FieldType::kInt64, 10, 10},
      {"bucket { width: 10 }", FieldType::kInt64, -1, -10},
      {"bucket { width: 10 }", FieldType::kInt64, -10, -10},
      {"bucket { width: 1 }", FieldType::kInt64, kLeast, kLeast},
      // Where the lower end is no value of the type, the least that is.
      {"bucket { width: 10 }", FieldType::kInt64, kLeast, kLeast},
      {"bucket { width: 10 }", FieldType::kInt64, kLeast + 7, kLeast},
      {"bucket { width: 10 }", FieldType::kInt64, kLeast + 8, kLeast + 8},
      {"bucket { width: 1000 }", FieldType::kInt32, -2147483648LL,
       -2147483648LL},
      {"bucket { width: 10 }", FieldType::kUint64, -1,
       -6},  // 18446744073709551615 becomes …610
      {"bucket { bounds: [0, 100, 1000] }", FieldType::kInt64, 374, 100},
      {"bucket { bounds: [0, 100, 1000] }", FieldType::kInt64, 100, 100},
      {"bucket { bounds: [0, 100, 1000] }", FieldType::kInt64, 5000, 1000},
      {"bucket { bounds: [0, 100, 1000] }", FieldType::kInt64, -1,
       std::nullopt},
      {"bucket { bounds: [-5, 5] }", FieldType::kUint64, 3, 0},
  }));
  DYNAMIC_SECTION(c.form << " of " << c.in) {
    const auto got = Apply(c.form, c.type, static_cast<std::uint64_t>(c.in));
    REQUIRE(got.has_value() == c.want.has_value());
    if (got) CHECK(static_cast<std::int64_t>(*got) == *c.want);
  }
}

struct Real {
  std::string form;
  double in;
  std::optional<double> want;
};

TEST_CASE("A real number becomes the least of its bucket, never rounded up",
          "[transform][bucket]") {
  const auto c = GENERATE(values<Real>({
      {"bucket { width: 0.5 }", 0.49, 0.0},
      {"bucket { width: 0.5 }", -0.1, -0.5},
      {"bucket { width: 0.5 }", -0.0, 0.0},
      {"bucket { width: 3 }", std::nextafter(9.0, 0.0), 6.0},
      // Decimal widths are meant as written.
      {"bucket { width: 0.1 }", 0.3, 0.3},
      {"bucket { width: 0.1 }", -0.3, -0.3},
      {"bucket { width: 0.1 }", std::nextafter(0.3, 0.0), 0.2},
      {"bucket { width: 0.1 }", 0.7, 0.7},
      {"bucket { width: 0.001 }", 0.0449, 0.044},
      {"bucket { width: 0.01 }", 0.0449, 0.04},
      {"bucket { width: 0.01 }", 19.99, 19.99},
      {"bucket { width: 0.000000001 }", 1e15 + 0.125, 1e15 + 0.125},
      {"bucket { width: 1000 }", 9007199254740992.0, 9007199254740000.0},
      {"bucket { width: 1000 }", -9007199254740992.0, -9007199254740992.0},
      {"bucket { width: 1000 }", 1e16, std::nullopt},
      {"bucket { bounds: [0] }", 1e16, std::nullopt},
      {"bucket { bounds: [-1, 2.5] }", 2.5, 2.5},
      {"bucket { bounds: [-1, 2.5] }", 2.4, -1.0},
      {"bucket { bounds: [-1, 2.5] }", -1.5, std::nullopt},
      {"bucket { width: 1 }", kNan, std::nullopt},
      {"bucket { width: 1 }", kInfinity, std::nullopt},
      {"bucket { bounds: [0] }", kInfinity, std::nullopt},
  }));
  DYNAMIC_SECTION(c.form << " of " << c.in) {
    const auto got = Apply(c.form, FieldType::kDouble, BitsOf(c.in));
    REQUIRE(got.has_value() == c.want.has_value());
    if (got) CHECK(*got == BitsOf(*c.want));
  }
}

TEST_CASE("A bucket's result lies in its bucket, at or below the value",
          "[transform][bucket][property]") {
  std::mt19937_64 random(20261124);
  std::uniform_real_distribution<double> mantissa(-1.0, 1.0);
  for (int run = 0; run < 20000; ++run) {
    const double scale = std::pow(10.0, static_cast<double>(random() % 7));
    const double width = static_cast<double>(1 + random() % 2000) / scale;
    const double value = std::ldexp(mantissa(random), int(random() % 44) - 10);
    CAPTURE(run, width, value);
    v1::Transform form;
    form.mutable_bucket()->set_width(width);
    const auto compiled = CompileOrDie(form, FieldType::kDouble);
    std::uint64_t bits = BitsOf(value);
    REQUIRE(compiled->ApplyNumber(&bits) == Applied::kKept);
    const double least = DoubleOf(bits);
    REQUIRE(least <= value);
    REQUIRE(value - least <= width * (1 + 1e-9) + std::fabs(value) * 1e-15);
    REQUIRE(compiled->ApplyNumber(&bits) == Applied::kKept);
    REQUIRE(DoubleOf(bits) == least);
    // The next lower double lies in another bucket.
    std::uint64_t below = BitsOf(std::nextafter(least, -kInfinity));
    REQUIRE(compiled->ApplyNumber(&below) == Applied::kKept);
    REQUIRE(DoubleOf(below) < least);
  }
}

TEST_CASE("A float's bucket is that of its decimals", "[transform][bucket]") {
  const auto bits_of = [](float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return std::uint64_t{bits};
  };
  constexpr auto kForm = "bucket { width: 0.1 }";
  CHECK(Apply(kForm, FieldType::kFloat, bits_of(0.7F)) == bits_of(0.7F));
  CHECK(Apply(kForm, FieldType::kFloat, bits_of(0.69F)) == bits_of(0.6F));
  CHECK(Apply("bucket { bounds: [0.1, 0.7] }", FieldType::kFloat,
              bits_of(0.7F)) == bits_of(0.7F));
}

}  // namespace
}  // namespace privet::transform
