// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <optional>
#include <string>

#include "support/catch.h"
#include "support/status_assertions.h"
#include "transform/apply.h"
#include "transform/transform.h"

namespace privet::transform {
namespace {

using ::privet::testing::ApplyToBytes;
using ::privet::testing::CompileOrDie;
using ::privet::testing::FormOrDie;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

struct Case {
  std::string form;
  FieldType type;
  std::string text;
};

TEST_CASE("A form that does not fit its field is refused",
          "[transform][error]") {
  const auto c = GENERATE(values<Case>({
      {"time { to: DAY }", FieldType::kString,
       "`time` does not fit a field of type string; it needs a "
       "google.protobuf.Timestamp"},
      {"time { to: DAY }", FieldType::kInt64, "made coarser by `bucket"},
      {"mask {}", FieldType::kBytes, "it needs a string field"},
      {"truncate { characters: 1 }", FieldType::kInt32,
       "it needs a string or bytes field"},
      {"replace { text: 'x' }", FieldType::kDouble, "string or bytes"},
      {"replace { category_name: true }", FieldType::kBytes, "string field"},
      {"bucket { width: 2 }", FieldType::kString, "whole or real numbers"},
      {"bucket { width: 2 }", FieldType::kEnum, "fit a field of type enum"},
      {"bucket { width: 0.5 }", FieldType::kInt64, "no whole number"},
      {"bucket { bounds: [0, 1.5] }", FieldType::kUint32, "no whole number"},
      {"ip_prefix { v4: 24 }", FieldType::kUint32, "string or bytes"},
      {"email_domain {}", FieldType::kMessage, "fit a field of type message"},
      {"pseudonym {}", FieldType::kInt64, "string or bytes"},
      {"scan { scanner: 'x' }", FieldType::kBytes, "it needs a string field"},
      {"chain { step { mask {} } step { bucket { width: 2 } } }",
       FieldType::kString, "`bucket` does not fit a field of type string"},
      {"truncate {}", FieldType::kString, "needs `characters`"},
  }));
  DYNAMIC_SECTION(c.form << " of a " << FieldTypeName(c.type)) {
    REQUIRE_ERROR(Compile(FormOrDie(c.form), {c.type, "a", ""}, {}), kInvalid,
                  c.text);
  }
}

TEST_CASE("Drop and whole fit every field", "[transform]") {
  for (int type = 0; type <= static_cast<int>(FieldType::kMessage); ++type) {
    const auto field = static_cast<FieldType>(type);
    CHECK(CompileOrDie(FormOrDie("drop {}"), field)->drops_all());
    CHECK(CompileOrDie(FormOrDie("whole {}"), field)->keeps_all());
  }
  CHECK(MakeDrop()->drops_all());
}

TEST_CASE("A value of the wrong kind is dropped", "[transform][error]") {
  const auto text = CompileOrDie(FormOrDie("mask {}"), FieldType::kString);
  std::uint64_t number = 7;
  CHECK(text->ApplyNumber(&number) == Applied::kDropped);
  const auto bucket =
      CompileOrDie(FormOrDie("bucket { width: 2 }"), FieldType::kInt64);
  CHECK(ApplyToBytes(*bucket, "seven") == std::nullopt);
}

TEST_CASE("A pseudonym is made for the oldest name of its category",
          "[transform][pseudonym]") {
  const auto form = FormOrDie("pseudonym {}");
  const auto text =
      Compile(form, {FieldType::kString, "account.email", "mail"}, {});
  REQUIRE_OK(text);
  CHECK((*text)->needs_pseudonymizer());
  // "mail:ada", filled up with dots, in hexadecimal.
  CHECK(ApplyToBytes(**text, "ada") == "6d61696c3a6164612e2e2e2e2e2e2e2e");
  const auto bytes = CompileOrDie(form, FieldType::kBytes);
  CHECK(ApplyToBytes(*bytes, "ada") == "account.email:ad");
  transform::Target subject{FieldType::kBytes, "account.id", ""};
  subject.is_subject = true;
  const auto own = Compile(form, subject, {});
  REQUIRE_OK(own);
  CHECK(ApplyToBytes(**own, "ada") == "account.id!ada..");
}

TEST_CASE("What is too long for a hash has no pseudonym",
          "[transform][pseudonym][error]") {
  const auto form = CompileOrDie(FormOrDie("pseudonym {}"), FieldType::kBytes);
  const testing::FakePseudonymizer pseudonymizer;
  const std::string longest(Pseudonymizer::kLongestValue, 'x');
  std::string out(form->MaxOut(longest.size()), '\0');
  std::size_t size = 0;
  CHECK(form->ApplyBytes(longest, &pseudonymizer, out.data(), &size) ==
        Applied::kKept);
  CHECK(form->ApplyBytes(longest + "x", &pseudonymizer, out.data(), &size) ==
        Applied::kTooLong);
}

class NoKeys final : public Pseudonymizer {
  bool Pseudonymize(std::string_view, bool, std::string_view,
                    unsigned char*) const override {
    return false;
  }
};

TEST_CASE("A pseudonym without a key fails the call", "[transform][error]") {
  const auto form = FormOrDie(
      "chain { step { pseudonym {} } step { truncate { characters: 9 } } }");
  const auto compiled = CompileOrDie(form, FieldType::kString);
  CHECK(compiled->needs_pseudonymizer());
  std::string out(compiled->MaxOut(3), '\0');
  std::size_t size = 0;
  const NoKeys none;
  CHECK(compiled->ApplyBytes("ada", &none, out.data(), &size) ==
        Applied::kFailed);
  CHECK(compiled->ApplyBytes("ada", nullptr, out.data(), &size) ==
        Applied::kFailed);
}

// Takes `x` out; answers as it is told for the rest.
class TestScanner final : public Scanner {
 public:
  bool Accepts(std::string_view category) const override {
    return category == "account.email";
  }
  std::optional<std::size_t> Apply(std::string_view text,
                                   absl::Span<char> out) const override {
    if (text == "refuse") return std::nullopt;
    if (text == "lie") return out.size() + 1;
    std::size_t size = 0;
    for (const char c : text) {
      if (c != 'x') out[size++] = c;
    }
    if (text == "garbage") out[0] = '\xFF';
    return size;
  }
};

TEST_CASE("A scan is what the host's scanner leaves", "[transform][scan]") {
  const Scanners scanners = {{"default", std::make_shared<TestScanner>()}};
  const auto form = FormOrDie("scan { scanner: 'default' }");
  const auto scan = CompileOrDie(form, FieldType::kString, scanners);
  CHECK(ApplyToBytes(*scan, "axbx") == "ab");
  CHECK(ApplyToBytes(*scan, "refuse") == std::nullopt);
  CHECK(ApplyToBytes(*scan, "lie") == std::nullopt);
  CHECK(ApplyToBytes(*scan, "garbage") == std::nullopt);
}

TEST_CASE("A scan that nobody can do is drop", "[transform][scan]") {
  const Scanners scanners = {{"default", std::make_shared<TestScanner>()},
                             {"null", nullptr}};
  for (const auto* name : {"other", "null"}) {
    const auto form =
        FormOrDie("scan { scanner: '" + std::string(name) + "' }");
    CHECK(CompileOrDie(form, FieldType::kString, scanners)->drops_all());
  }
  const auto form = FormOrDie("scan { scanner: 'default' }");
  const auto other = Compile(form, {FieldType::kString, "b", ""}, scanners);
  REQUIRE_OK(other);
  CHECK((*other)->drops_all());
}

}  // namespace
}  // namespace privet::transform
