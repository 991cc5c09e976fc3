"""What an installed package asks for on this machine, but some packages.

    requirements_of.py PACKAGE LEFT_OUT ...
"""

import importlib.metadata
import sys

from pip._vendor.packaging.requirements import Requirement

package, *left_out = sys.argv[1:]
for text in importlib.metadata.requires(package) or []:
    wanted = Requirement(text)
    marker = wanted.marker
    if wanted.name in left_out or (marker and not marker.evaluate({"extra": ""})):
        continue
    extras = f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""
    print(f"{wanted.name}{extras}{wanted.specifier}")
