// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/text_format.h"
#include "privet/v1/policy.pb.h"
#include "transform/order.h"
#include "transform/utf8.h"
#include "transform/validate.h"

namespace privet::transform {
namespace {

using Form = v1::Transform;

Form Drop() {
  Form form;
  form.mutable_drop();
  return form;
}

// Showing a character that equals the mask is masking it: so `with` is left out
// of `skip`, and equal masks are written equally.
void CanonicalizeMask(v1::Mask* mask) {
  if (mask->with().empty()) mask->set_with("*");
  std::vector<std::string_view> kept;
  std::string_view rest = mask->skip();
  while (!rest.empty()) {
    const std::string_view c = rest.substr(0, CodePointSize(rest));
    if (c != mask->with()) kept.push_back(c);
    rest.remove_prefix(c.size());
  }
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  std::string skip;
  for (const std::string_view c : kept) skip.append(c);
  mask->set_skip(skip);
}

// f(g(x)) = f(x) wherever f is at least as strong as g.
bool AbsorbsEarlier(const Form& form) {
  switch (form.how_case()) {
    case Form::kMask:
    case Form::kTruncate:
    case Form::kBucket:
    case Form::kTime:
    case Form::kIpPrefix:
    case Form::kEmailDomain:
      return true;
    default:
      return false;
  }
}

// f(g(x)) = g(x) wherever g is at least as strong as f: a result of g lies on
// f's grid. Not so for a mask, which writes its own character.
bool AbsorbedByEarlier(const Form& form) {
  return AbsorbsEarlier(form) && form.how_case() != Form::kMask;
}

void AppendSteps(const Form& form, std::vector<Form>* steps) {
  if (form.has_chain()) {
    for (const Form& step : form.chain().step()) AppendSteps(step, steps);
    return;
  }
  Form step = Canonical(form);
  if (step.has_whole()) return;
  while (!steps->empty() && steps->back().how_case() == step.how_case() &&
         AbsorbsEarlier(step) && AtLeastAsStrong(step, steps->back())) {
    steps->pop_back();
  }
  if (!steps->empty() && steps->back().how_case() == step.how_case() &&
      AbsorbedByEarlier(step) && AtLeastAsStrong(steps->back(), step)) {
    return;
  }
  steps->push_back(std::move(step));
}

Form CanonicalChain(const Form& form) {
  std::vector<Form> steps;
  AppendSteps(form, &steps);
  Form canonical;
  if (steps.empty()) {
    canonical.mutable_whole();
  } else if (std::any_of(steps.begin(), steps.end(),
                         [](const Form& step) { return step.has_drop(); })) {
    canonical.mutable_drop();
  } else if (steps.size() == 1) {
    canonical = std::move(steps.front());
  } else {
    for (Form& step : steps) {
      *canonical.mutable_chain()->add_step() = std::move(step);
    }
  }
  return canonical;
}

}  // namespace

v1::Transform Canonical(const v1::Transform& form) {
  // Forms of later versions keep their place in the order: they are refused at
  // load, not mistaken for another form.
  const absl::Status status = Validate(form);
  if (absl::IsInvalidArgument(status)) return Drop();
  if (form.has_chain()) return CanonicalChain(form);
  Form canonical = form;
  canonical.clear_categories();
  canonical.clear_becomes();
  if (canonical.has_mask()) CanonicalizeMask(canonical.mutable_mask());
  return canonical;
}

std::string Describe(const v1::Transform& form) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  if (!printer.PrintToString(Canonical(form), &text)) text.clear();
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace privet::transform
