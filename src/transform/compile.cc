// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "privet/v1/policy.pb.h"
#include "transform/families.h"
#include "transform/transform.h"
#include "transform/validate.h"

namespace privet::transform {
namespace {

using Form = v1::Transform;

bool IsInteger(FieldType type) {
  return type == FieldType::kInt32 || type == FieldType::kInt64 ||
         type == FieldType::kUint32 || type == FieldType::kUint64;
}

bool IsReal(FieldType type) {
  return type == FieldType::kFloat || type == FieldType::kDouble;
}

// What a form needs, in words; empty if it fits `type`.
std::string_view Missing(const Form& form, FieldType type) {
  const bool text = type == FieldType::kString;
  const bool bytes = type == FieldType::kBytes;
  switch (form.how_case()) {
    case Form::kDrop:
    case Form::kWhole:
      return "";
    case Form::kReplace:
      if (form.replace().category_name()) {
        return text ? "" : "a string field";
      }
      return text || bytes ? "" : "a string or bytes field";
    case Form::kTruncate:
    case Form::kPseudonym:
    case Form::kIpPrefix:
      return text || bytes ? "" : "a string or bytes field";
    case Form::kMask:
    case Form::kEmailDomain:
    case Form::kScan:
      return text ? "" : "a string field";
    case Form::kBucket:
      return IsInteger(type) || IsReal(type)
                 ? ""
                 : "a field of whole or real numbers";
    case Form::kTime:
      if (IsInteger(type)) {
        return "a google.protobuf.Timestamp (a time counted in a whole number "
               "is made coarser by `bucket { width: … }`)";
      }
      return type == FieldType::kTimestamp ? "" : "a google.protobuf.Timestamp";
    default:
      return "a later version";
  }
}

bool IsWholeNumber(double value) { return std::floor(value) == value; }

absl::Status CheckStep(const Form& form, FieldType type) {
  if (form.has_chain()) {
    for (const Form& step : form.chain().step()) {
      PRIVET_RETURN_IF_ERROR(CheckStep(step, type));
    }
    return absl::OkStatus();
  }
  const std::string_view missing = Missing(form, type);
  if (!missing.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`", std::string(FormName(form)), "` does not fit a field of type ",
        std::string(FieldTypeName(type)), "; it needs ", std::string(missing)));
  }
  const v1::Bucket& bucket = form.bucket();
  if (IsInteger(type) && !(IsWholeNumber(bucket.width()) &&
                           std::all_of(bucket.bounds().begin(),
                                       bucket.bounds().end(), IsWholeNumber))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`bucket` of a field of type ", std::string(FieldTypeName(type)),
        " has a width or bound that is no whole number; write whole ones"));
  }
  return absl::OkStatus();
}

TransformPtr MakeReplace(const v1::Replace& replace, const Target& target) {
  return MakeConstant(replace.category_name() ? target.category
                                              : replace.text());
}

TransformPtr MakeNamedScan(const v1::Scan& scan, const Target& target,
                           const Scanners& scanners) {
  const auto found = scanners.find(scan.scanner());
  if (found == scanners.end() || found->second == nullptr ||
      !found->second->Accepts(target.category)) {
    return MakeDrop();
  }
  return MakeScan(found->second);
}

TransformPtr Make(const Form& form, const Target& target,
                  const Scanners& scanners) {
  switch (form.how_case()) {
    case Form::kWhole:
      return MakeWhole();
    case Form::kReplace:
      return MakeReplace(form.replace(), target);
    case Form::kMask:
      return MakeMask(form.mask());
    case Form::kTruncate:
      return MakeTruncate(
          static_cast<std::size_t>(form.truncate().characters()), target.type);
    case Form::kPseudonym:
      return MakePseudonym(target);
    case Form::kBucket:
      return MakeBucket(form.bucket(), target.type);
    case Form::kTime:
      return MakeTimePart(form.time().to());
    case Form::kIpPrefix:
      return MakeIpPrefix(form.ip_prefix(), target.type);
    case Form::kEmailDomain:
      return MakeEmailDomain();
    case Form::kScan:
      return MakeNamedScan(form.scan(), target, scanners);
    case Form::kChain: {
      std::vector<TransformPtr> steps;
      for (const Form& step : form.chain().step()) {
        steps.push_back(Make(step, target, scanners));
      }
      return MakeChain(std::move(steps));
    }
    default:
      return MakeDrop();
  }
}

}  // namespace

bool IsNumber(FieldType type) {
  return IsInteger(type) || IsReal(type) || type == FieldType::kBool ||
         type == FieldType::kEnum;
}

std::string_view FieldTypeName(FieldType type) {
  constexpr std::string_view kNames[] = {
      "string", "bytes",  "int32", "int64", "uint32",    "uint64",
      "float",  "double", "bool",  "enum",  "Timestamp", "message"};
  return kNames[static_cast<std::size_t>(type)];
}

Applied Transform::ApplyBytes(std::string_view, const Pseudonymizer*, char*,
                              std::size_t*) const {
  return Applied::kDropped;
}

Applied Transform::ApplyNumber(std::uint64_t*) const {
  return Applied::kDropped;
}

absl::Status CheckFits(const v1::Transform& form, FieldType type) {
  PRIVET_RETURN_IF_ERROR(Validate(form));
  return CheckStep(form, type);
}

absl::StatusOr<std::unique_ptr<const Transform>> Compile(
    const v1::Transform& form, const Target& target, const Scanners& scanners) {
  PRIVET_RETURN_IF_ERROR(CheckFits(form, target.type));
  return Make(form, target, scanners);
}

}  // namespace privet::transform
