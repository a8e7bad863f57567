// SPDX-License-Identifier: Apache-2.0
//
// One constructor for each family of transforms. All take parameters that
// Validate() accepted, for a type that CheckFits() accepted.

#ifndef PRIVET_TRANSFORM_FAMILIES_H_
#define PRIVET_TRANSFORM_FAMILIES_H_

#include <memory>
#include <string>
#include <vector>

#include "transform/transform.h"

namespace privet::v1 {
class Bucket;
class IpPrefix;
class Mask;
}  // namespace privet::v1

namespace privet::transform {

using TransformPtr = std::unique_ptr<const Transform>;

TransformPtr MakeWhole();
TransformPtr MakeConstant(std::string text);
TransformPtr MakeMask(const v1::Mask& mask);
TransformPtr MakeTruncate(std::size_t characters, FieldType type);
TransformPtr MakeTimePart(int to);  // a v1::TimePart::To
TransformPtr MakeBucket(const v1::Bucket& bucket, FieldType type);
TransformPtr MakeIpPrefix(const v1::IpPrefix& prefix, FieldType type);
TransformPtr MakeEmailDomain();
TransformPtr MakePseudonym(const Target& target);
TransformPtr MakeScan(std::shared_ptr<const Scanner> scanner);
TransformPtr MakeChain(std::vector<TransformPtr> steps);

}  // namespace privet::transform

#endif  // PRIVET_TRANSFORM_FAMILIES_H_
