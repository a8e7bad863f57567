// SPDX-License-Identifier: Apache-2.0
//
// What the order of forms promises, on random forms and values: f is at least
// as strong as g exactly if g(x) = g(y) implies f(x) = f(y).

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/property.h"
#include "transform/apply.h"
#include "transform/order.h"

namespace privet::transform {
namespace {

using ::privet::testing::ApplyToBytes;
using ::privet::testing::BitsOf;
using ::privet::testing::CompileOrDie;
using ::privet::testing::TimestampBytes;

// A value as its bytes; a number as its eight.
using Value = std::string;
using Result = std::optional<std::string>;

class Source {
 public:
  explicit Source(std::uint64_t seed) : random_(seed) {}

  std::size_t Below(std::size_t n) { return random_() % n; }
  int Int(int from, int to) {
    return from +
           static_cast<int>(Below(static_cast<std::size_t>(to - from + 1)));
  }
  template <typename T>
  T Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }

  v1::Transform TextForm(bool chains) {
    v1::Transform form;
    switch (Below(chains ? 8 : 7)) {
      case 0:
        form.mutable_truncate()->set_characters(Int(1, 6));
        break;
      case 1:
      case 2:
        FillMask(form.mutable_mask());
        break;
      case 3:
        form.mutable_ip_prefix()->set_v4(Pick<int>({0, 8, 16, 20, 24, 32}));
        form.mutable_ip_prefix()->set_v6(Pick<int>({1, 32, 48, 64, 128}));
        break;
      case 4:
        form.mutable_email_domain();
        break;
      case 5:
        form.mutable_replace()->set_text(Pick<std::string>({"", "a", "b"}));
        break;
      case 6:
        Below(2) == 0 ? (void)form.mutable_whole() : (void)form.mutable_drop();
        break;
      default:
        for (int i = Int(1, 3); i > 0; --i) {
          v1::Transform step = TextForm(false);
          if (step.has_replace()) step.mutable_truncate()->set_characters(3);
          *form.mutable_chain()->add_step() = step;
        }
    }
    return form;
  }

  v1::Transform TimeForm() {
    v1::Transform form;
    form.mutable_time()->set_to(static_cast<v1::TimePart::To>(Int(1, 7)));
    return form;
  }

  v1::Transform BucketForm(bool whole) {
    v1::Transform form;
    if (Below(2) == 0) {
      form.mutable_bucket()->set_width(
          whole ? Int(1, 12)
                : Pick<double>({0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 6}));
      return form;
    }
    std::set<double> bounds;
    for (int i = Int(1, 4); i > 0; --i) bounds.insert(Int(-3, 3) * 4);
    for (const double bound : bounds) form.mutable_bucket()->add_bounds(bound);
    return form;
  }

  // Values, and beside each some that differ from it in one place: what a form
  // hides shows only there.
  std::vector<Value> Texts() {
    const std::vector<Value> letters = {"a", "b", "-", "*", "#", "ż"};
    std::vector<Value> texts = letters;
    texts.emplace_back();
    for (int i = 0; i < 24; ++i) {
      std::vector<Value> base;
      for (int n = Int(1, 14); n > 0; --n) base.push_back(Pick(letters));
      for (std::size_t at = 0; at < base.size(); ++at) {
        for (const Value& letter : letters) {
          std::vector<Value> near = base;
          near[at] = letter;
          texts.push_back(Join(near));
        }
      }
      base.resize(Below(base.size() + 1));
      texts.push_back(Join(base));
    }
    for (int i = 0; i < 6; ++i) AppendAddresses(&texts);
    for (const auto* at : {"@x.org", "@y.org", "@X.org"}) {
      for (const auto* name : {"a", "b", "ab", "", "abcdefgh"}) {
        texts.push_back(Value(name) + at);
      }
    }
    return texts;
  }

  std::vector<Value> Instants() {
    std::vector<Value> instants;
    constexpr std::int64_t kHour = 3600;
    for (int i = 0; i < 12; ++i) {
      const auto base =
          static_cast<std::int64_t>(Below(4000000000)) - 900000000;
      for (const std::int64_t hours :
           {0, 1, 24, 25, 7 * 24, 8 * 24, 31 * 24, 365 * 24, 366 * 24, 364 * 24,
            400 * 24}) {
        for (const std::int64_t seconds : {0, 60}) {
          instants.push_back(TimestampBytes(static_cast<std::int64_t>(base) +
                                            hours * kHour + seconds));
        }
      }
    }
    // Near the turn of the year weeks, months and years part.
    for (int day = -10; day < 10; ++day) {
      instants.push_back(TimestampBytes(1735689600 + day * 24 * kHour));
    }
    return instants;
  }

  std::vector<Value> Numbers(bool whole) {
    std::vector<Value> numbers;
    for (int i = -400; i <= 400; ++i) {
      for (const double off : {0.0, 1e-9, -1e-9, 0.04, -0.06}) {
        const double value = i / 8.0 + (whole ? 0.0 : off);
        const std::uint64_t bits =
            whole ? static_cast<std::uint64_t>(static_cast<std::int64_t>(value))
                  : BitsOf(value);
        numbers.emplace_back(reinterpret_cast<const char*>(&bits),
                             sizeof(bits));
      }
    }
    return numbers;
  }

 private:
  static Value Join(const std::vector<Value>& parts) {
    Value text;
    for (const Value& part : parts) text += part;
    return text;
  }

  void FillMask(v1::Mask* mask) {
    mask->set_keep_first(Int(0, 3));
    mask->set_keep_last(Int(0, 2));
    mask->set_with(Pick<std::string>({"*", "#", "-"}));
    mask->set_skip(Pick<std::string>({"", "-", "a-", "a#"}));
  }

  void AppendAddresses(std::vector<Value>* texts) {
    unsigned char address[4];
    for (unsigned char& byte : address)
      byte = static_cast<unsigned char>(Below(256));
    for (int bit = 0; bit < 32; ++bit) {
      unsigned char near[4];
      std::copy(address, address + 4, near);
      near[bit / 8] =
          static_cast<unsigned char>(near[bit / 8] ^ (0x80 >> (bit % 8)));
      texts->push_back(std::to_string(near[0]) + "." + std::to_string(near[1]) +
                       "." + std::to_string(near[2]) + "." +
                       std::to_string(near[3]));
    }
    static constexpr char kDigits[] = "0123456789abcdef";
    for (int digit = 0; digit < 32; ++digit) {
      Value text;
      for (int i = 0; i < 32; ++i) {
        text += i == digit ? kDigits[Below(16)] : '1';
        if (i % 4 == 3 && i < 31) text += ':';
      }
      texts->push_back(text);
      text[20] = 'g';  // no address, and like one to other forms
      texts->push_back(text);
    }
  }

  std::mt19937_64 random_;
};

struct Domain {
  FieldType type;
  std::vector<Value> values;
};

Result ApplyTo(const Transform& transform, FieldType type, const Value& value) {
  if (!IsNumber(type)) return ApplyToBytes(transform, value);
  std::uint64_t bits;
  std::memcpy(&bits, value.data(), sizeof(bits));
  if (transform.ApplyNumber(&bits) != Applied::kKept) return std::nullopt;
  return Value(reinterpret_cast<const char*>(&bits), sizeof(bits));
}

// Returns two values that g shows alike and f does not, if there are such.
std::optional<std::string> Witness(const v1::Transform& f,
                                   const v1::Transform& g,
                                   const Domain& domain) {
  const auto apply_f = CompileOrDie(f, domain.type);
  const auto apply_g = CompileOrDie(g, domain.type);
  std::map<Result, std::pair<Value, Result>> seen;
  for (const Value& value : domain.values) {
    const Result by_f = ApplyTo(*apply_f, domain.type, value);
    const Result by_g = ApplyTo(*apply_g, domain.type, value);
    const auto [at, fresh] = seen.try_emplace(by_g, value, by_f);
    if (!fresh && at->second.second != by_f) {
      return "`" + at->second.first + "` and `" + value + "`";
    }
  }
  return std::nullopt;
}

bool HasChain(const v1::Transform& form) { return Canonical(form).has_chain(); }

// Forms that show the same, and are ordered by declaration alone.
bool ShowTheSame(const v1::Transform& f, const v1::Transform& g) {
  v1::Transform a = Canonical(f);
  v1::Transform b = Canonical(g);
  const auto constant = [](const v1::Transform& form) {
    return form.has_drop() || form.has_replace();
  };
  if (constant(a) && constant(b)) return true;
  if (!a.has_mask() || !b.has_mask()) return false;
  a.mutable_mask()->clear_with();
  b.mutable_mask()->clear_with();
  return a.SerializeAsString() == b.SerializeAsString();
}

void CheckPair(const v1::Transform& f, const v1::Transform& g,
               const Domain& domain) {
  CAPTURE(Describe(f), Describe(g));
  const std::optional<std::string> witness = Witness(f, g, domain);
  if (AtLeastAsStrong(f, g)) {
    CHECK(witness == std::nullopt);
  } else if (!HasChain(f) && !HasChain(g) && !ShowTheSame(f, g)) {
    CHECK(witness != std::nullopt);
  }
  CHECK((Compare(f, g) == Order::kEqual) == (Describe(f) == Describe(g)));
}

// f over what g left is f: what was stored in a weaker form is shown as if it
// had been stored whole.
void CheckAbsorbs(const v1::Transform& f, const v1::Transform& g,
                  const Domain& domain) {
  if (!AtLeastAsStrong(f, g) || HasChain(f) || HasChain(g)) return;
  CAPTURE(Describe(f), Describe(g));
  const auto apply_f = CompileOrDie(f, domain.type);
  const auto apply_g = CompileOrDie(g, domain.type);
  for (const Value& value : domain.values) {
    const Result by_g = ApplyTo(*apply_g, domain.type, value);
    if (!by_g) continue;
    const Result by_f = ApplyTo(*apply_f, domain.type, value);
    if (ApplyTo(*apply_f, domain.type, *by_g) != by_f) {
      FAIL_CHECK("not absorbed: `" << value << "`");
      return;
    }
  }
}

// A canonical form does to every value what the form does.
void CheckCanonical(const v1::Transform& f, const Domain& domain) {
  CAPTURE(f.DebugString(), Describe(f));
  const auto written = CompileOrDie(f, domain.type);
  const auto canonical = CompileOrDie(Canonical(f), domain.type);
  for (const Value& value : domain.values) {
    if (ApplyTo(*written, domain.type, value) !=
        ApplyTo(*canonical, domain.type, value)) {
      FAIL_CHECK("differs on `" << value << "`");
      return;
    }
  }
}

v1::Transform RandomForm(Source* source, FieldType type) {
  if (type == FieldType::kString) return source->TextForm(true);
  if (type == FieldType::kTimestamp) return source->TimeForm();
  return source->BucketForm(type == FieldType::kInt64);
}

Domain RandomDomain(Source* source, FieldType type) {
  if (type == FieldType::kString) return {type, source->Texts()};
  if (type == FieldType::kTimestamp) return {type, source->Instants()};
  return {type, source->Numbers(type == FieldType::kInt64)};
}

TEST_CASE("The order of forms is what can be computed from what",
          "[transform][order][property]") {
  const auto type = GENERATE(FieldType::kString, FieldType::kTimestamp,
                             FieldType::kDouble, FieldType::kInt64);
  for (int run = 0; run < testing::PropertyRuns(120); ++run) {
    const auto seed = static_cast<std::uint64_t>(run) + 20261124;
    CAPTURE(seed, FieldTypeName(type));
    Source source(seed);
    const Domain domain = RandomDomain(&source, type);
    const v1::Transform f = RandomForm(&source, type);
    const v1::Transform g = RandomForm(&source, type);
    CheckPair(f, g, domain);
    CheckPair(g, f, domain);
    CheckAbsorbs(f, g, domain);
    CheckAbsorbs(g, f, domain);
    CheckCanonical(f, domain);
  }
}

TEST_CASE("The order of forms is a partial order",
          "[transform][order][property]") {
  const auto type =
      GENERATE(FieldType::kString, FieldType::kTimestamp, FieldType::kDouble);
  for (int run = 0; run < testing::PropertyRuns(3000); ++run) {
    const auto seed = static_cast<std::uint64_t>(run) + 20261124;
    CAPTURE(seed, FieldTypeName(type));
    Source source(seed);
    const v1::Transform f = RandomForm(&source, type);
    const v1::Transform g = RandomForm(&source, type);
    const v1::Transform h = RandomForm(&source, type);
    CAPTURE(Describe(f), Describe(g), Describe(h));
    if (AtLeastAsStrong(f, g) && AtLeastAsStrong(g, h)) {
      CHECK(AtLeastAsStrong(f, h));
    }
    if (AtLeastAsStrong(f, g) && AtLeastAsStrong(g, f)) {
      CHECK(Describe(f) == Describe(g));
    }
  }
}

}  // namespace
}  // namespace privet::transform
