// SPDX-License-Identifier: Apache-2.0

#include "transform/validate.h"

#include <cmath>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "privet/v1/policy.pb.h"
#include "transform/grid.h"
#include "transform/utf8.h"

namespace privet::transform {
namespace {

using Form = v1::Transform;

absl::Status Wrong(const Form& form, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("`", std::string(FormName(form)), "` ", std::string(what)));
}

absl::Status Later(const Form& form, std::string_view which) {
  return absl::UnimplementedError(absl::StrCat(
      "`", std::string(FormName(form)), "`", std::string(which),
      " is not supported yet; use `drop`, or a form that this version has"));
}

absl::Status ValidateReplace(const Form& form) {
  switch (form.replace().by_case()) {
    case v1::Replace::kText:
      return absl::OkStatus();
    case v1::Replace::kCategoryName:
      if (form.replace().category_name()) return absl::OkStatus();
      break;
    case v1::Replace::kWordList:
      return Later(form, " by a word list");
    case v1::Replace::BY_NOT_SET:
      break;
  }
  return Wrong(form,
               "does not say by what; write `text: \"…\"` or "
               "`category_name: true`");
}

absl::Status ValidateMask(const Form& form) {
  const v1::Mask& mask = form.mask();
  if (mask.keep_first() < 0 || mask.keep_last() < 0) {
    return Wrong(form,
                 "keeps a negative number of characters; `keep_first` "
                 "and `keep_last` are 0 or more");
  }
  if (!mask.with().empty() &&
      CodePointSize(mask.with()) != mask.with().size()) {
    return Wrong(form,
                 "masks with more than one character; `with` is a single "
                 "one, such as `\"*\"`");
  }
  if (!CountCodePoints(mask.skip())) {
    return Wrong(form, "has a `skip` that is not UTF-8");
  }
  return absl::OkStatus();
}

absl::Status ValidateBucket(const Form& form) {
  const v1::Bucket& bucket = form.bucket();
  if ((bucket.width() != 0) == (bucket.bounds_size() != 0)) {
    return Wrong(form, "needs either `width` or `bounds`, and not both");
  }
  if (bucket.bounds_size() == 0) {
    if (Grid::Of(bucket.width())) return absl::OkStatus();
    return Wrong(form,
                 "has a `width` that is not a positive number of at most "
                 "nine decimals, up to 2^53");
  }
  for (int i = 0; i < bucket.bounds_size(); ++i) {
    if (!(std::fabs(bucket.bounds(i)) <= kLargestReal) ||
        (i > 0 && !(bucket.bounds(i - 1) < bucket.bounds(i)))) {
      return Wrong(
          form,
          "has `bounds` that do not grow, or pass 2^53; write each lower end "
          "once, smallest first");
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateIpPrefix(const Form& form) {
  const v1::IpPrefix& prefix = form.ip_prefix();
  if (prefix.v4() < 0 || prefix.v4() > 32 || prefix.v6() < 0 ||
      prefix.v6() > 128) {
    return Wrong(form,
                 "keeps more bits than an address has; `v4` is at most "
                 "32, `v6` at most 128");
  }
  if (prefix.v4() == 0 && prefix.v6() == 0) {
    return Wrong(form, "keeps nothing; write `v4: 24 v6: 48`, or `drop {}`");
  }
  return absl::OkStatus();
}

// `last` is whether no step follows this one, in the chain or around it.
absl::Status ValidateStep(const Form& form, bool last);

absl::Status ValidateChain(const Form& form, bool last) {
  const int steps = form.chain().step_size();
  if (steps == 0) return Wrong(form, "has no step");
  for (int i = 0; i < steps; ++i) {
    const Form& step = form.chain().step(i);
    if (step.categories_size() != 0 || !step.becomes().empty()) {
      return Wrong(form,
                   "has a step with `categories` or `becomes`; they "
                   "belong to the chain as a whole");
    }
    PRIVET_RETURN_IF_ERROR(ValidateStep(step, last && i + 1 == steps));
  }
  return absl::OkStatus();
}

absl::Status ValidateStep(const Form& form, bool last) {
  switch (form.how_case()) {
    case Form::kDrop:
    case Form::kPseudonym:
    case Form::kEmailDomain:
    case Form::kWhole:
      return absl::OkStatus();
    case Form::kReplace:
      if (!last) {
        return Wrong(form,
                     "leaves nothing to shape; make it the last step of "
                     "its chain");
      }
      return ValidateReplace(form);
    case Form::kMask:
      return ValidateMask(form);
    case Form::kTruncate:
      if (form.truncate().characters() > 0) return absl::OkStatus();
      return Wrong(form,
                   "needs `characters`, 1 or more; to keep nothing write "
                   "`drop {}`");
    case Form::kBucket:
      return ValidateBucket(form);
    case Form::kTime:
      if (form.time().to() != v1::TimePart::TO_UNSPECIFIED &&
          v1::TimePart::To_IsValid(form.time().to())) {
        return absl::OkStatus();
      }
      return Wrong(form,
                   "needs `to`: HOUR, DAY, WEEK, MONTH, YEAR, "
                   "HOUR_OF_DAY or DAY_OF_WEEK");
    case Form::kIpPrefix:
      return ValidateIpPrefix(form);
    case Form::kScan:
      if (!form.scan().scanner().empty()) return absl::OkStatus();
      return Wrong(form,
                   "needs `scanner`, the name under which the host "
                   "registers it");
    case Form::kChain:
      return ValidateChain(form, last);
    case Form::kKeyedHash:
    case Form::kToken:
    case Form::kUrlOrigin:
    case Form::kCoordinates:
    case Form::kDateShift:
    case Form::kCustom:
      return Later(form, "");
    case Form::HOW_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "a transform does not say how; write one form, such as `drop {}`");
}

}  // namespace

absl::Status Validate(const v1::Transform& form) {
  return ValidateStep(form, /*last=*/true);
}

std::string_view FormName(const v1::Transform& form) {
  const google::protobuf::FieldDescriptor* field =
      v1::Transform::descriptor()->FindFieldByNumber(form.how_case());
  return field == nullptr ? std::string_view()
                          : std::string_view(field->name());
}

}  // namespace privet::transform
