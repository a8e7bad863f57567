// SPDX-License-Identifier: Apache-2.0

#include "transform/order.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "privet/v1/policy.pb.h"
#include "transform/grid.h"
#include "transform/utf8.h"

namespace privet::transform {
namespace {

// Everything here is about canonical forms.
using Form = v1::Transform;
using Steps = std::vector<const Form*>;

// The same constant tells the same nothing; which of two is written is decided
// by their text, so that the order of rules does not matter.
bool ReplaceAtLeast(const v1::Replace& f, const v1::Replace& g) {
  if (f.by_case() != g.by_case()) return f.by_case() < g.by_case();
  return f.text() <= g.text() && f.word_list() <= g.word_list();
}

bool HasCodePoint(std::string_view set, std::string_view c) {
  // UTF-8 is self-synchronizing: a match of whole code points is at one.
  return set.find(c) != std::string_view::npos;
}

// Whatever f shows, g shows. Masks that show the same are ordered by their
// character.
bool MaskAtLeast(const v1::Mask& f, const v1::Mask& g) {
  if (f.keep_first() > g.keep_first() || f.keep_last() > g.keep_last()) {
    return false;
  }
  std::string_view rest = f.skip();
  while (!rest.empty()) {
    const std::string_view c = rest.substr(0, CodePointSize(rest));
    if (!HasCodePoint(g.skip(), c)) return false;
    rest.remove_prefix(c.size());
  }
  const bool same = f.keep_first() == g.keep_first() &&
                    f.keep_last() == g.keep_last() && f.skip() == g.skip();
  return !same || f.with() <= g.with();
}

// f's edges are edges of g. A grid without end has more edges than any list.
// Both are canonical, so that their widths are those of grids.
bool BucketAtLeast(const v1::Bucket& f, const v1::Bucket& g) {
  const std::optional<Grid> f_grid = Grid::Of(f.width());
  const std::optional<Grid> g_grid = Grid::Of(g.width());
  if (f_grid) return g_grid && f_grid->IsPartOf(*g_grid);
  if (g_grid) {
    return std::all_of(
        f.bounds().begin(), f.bounds().end(),
        [&g_grid](double bound) { return g_grid->Floor(bound) == bound; });
  }
  return std::includes(g.bounds().begin(), g.bounds().end(), f.bounds().begin(),
                       f.bounds().end());
}

bool TimeAtLeast(v1::TimePart::To f, v1::TimePart::To g) {
  using v1::TimePart;
  if (f == g) return true;
  switch (g) {
    case TimePart::HOUR:
      return true;
    case TimePart::DAY:
      return f != TimePart::HOUR && f != TimePart::HOUR_OF_DAY;
    case TimePart::MONTH:
      return f == TimePart::YEAR;
    default:
      return false;
  }
}

// Pseudonym, keyed hash, token: how far the same value can be recognized. A
// matter of declaration, since each is a bijection to whoever has the keys.
int LinkRank(const Form& form) {
  switch (form.how_case()) {
    case Form::kPseudonym:
      return 1;
    case Form::kKeyedHash:
      return 2;
    case Form::kToken:
      return 3;
    default:
      return 0;
  }
}

// Both have the same case, and neither is a chain.
bool SameFamilyAtLeast(const Form& f, const Form& g) {
  switch (f.how_case()) {
    case Form::kReplace:
      return ReplaceAtLeast(f.replace(), g.replace());
    case Form::kMask:
      return MaskAtLeast(f.mask(), g.mask());
    case Form::kTruncate:
      return f.truncate().characters() <= g.truncate().characters();
    case Form::kBucket:
      return BucketAtLeast(f.bucket(), g.bucket());
    case Form::kTime:
      return TimeAtLeast(f.time().to(), g.time().to());
    case Form::kIpPrefix:
      return f.ip_prefix().v4() <= g.ip_prefix().v4() &&
             f.ip_prefix().v6() <= g.ip_prefix().v6();
    case Form::kCoordinates:
      return f.coordinates().places() <= g.coordinates().places();
    default:
      return f.SerializeAsString() == g.SerializeAsString();
  }
}

bool StepAtLeast(const Form& f, const Form& g) {
  if (f.has_drop() || g.has_whole()) return true;
  if (g.has_drop() || f.has_whole()) return false;
  if (f.how_case() == g.how_case()) return SameFamilyAtLeast(f, g);
  if (f.has_replace() || g.has_replace()) return f.has_replace();
  const int rank = LinkRank(f);
  return rank != 0 && rank < LinkRank(g);
}

bool SameStep(const Form& f, const Form& g) {
  return f.how_case() == g.how_case() && StepAtLeast(f, g) && StepAtLeast(g, f);
}

Steps StepsOf(const Form& form) {
  Steps steps;
  if (!form.has_chain()) {
    steps.push_back(&form);
    return steps;
  }
  for (const Form& step : form.chain().step()) steps.push_back(&step);
  return steps;
}

// What both begin with is known from both; after it, f's next step must be at
// least as strong as all that g does, and what f does further only takes away.
bool CanonicalAtLeast(const Form& f, const Form& g) {
  const Steps f_steps = StepsOf(f);
  const Steps g_steps = StepsOf(g);
  std::size_t i = 0;
  while (i < f_steps.size() && i < g_steps.size() &&
         SameStep(*f_steps[i], *g_steps[i])) {
    ++i;
  }
  if (i == g_steps.size()) return true;
  if (i == f_steps.size()) return false;
  const Form& next = *f_steps[i];
  if (i + 1 == g_steps.size()) return StepAtLeast(next, *g_steps[i]);
  return next.has_drop() || next.has_replace();
}

}  // namespace

Order Compare(const v1::Transform& f, const v1::Transform& g) {
  const Form canonical_f = Canonical(f);
  const Form canonical_g = Canonical(g);
  const bool stronger = CanonicalAtLeast(canonical_f, canonical_g);
  const bool weaker = CanonicalAtLeast(canonical_g, canonical_f);
  if (stronger && weaker) return Order::kEqual;
  if (stronger) return Order::kStronger;
  return weaker ? Order::kWeaker : Order::kIncomparable;
}

bool AtLeastAsStrong(const v1::Transform& f, const v1::Transform& g) {
  const Order order = Compare(f, g);
  return order == Order::kEqual || order == Order::kStronger;
}

}  // namespace privet::transform
