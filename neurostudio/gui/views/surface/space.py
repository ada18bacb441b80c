"""Whether an image says that it is in MNI space, which the cortex assumes. No Qt."""

import re

from neurostudio.data.fmri.image import Image

MNI_CODE = 4  # of NIfTI: aligned to the MNI152 template
_NAMED = re.compile(r"space-MNI|mni152|mni_icbm", re.IGNORECASE)
PLAIN = "Average cortex fsaverage5, which assumes MNI space. Values are means through the grey matter."


def is_mni(image: Image) -> bool:
    """Whether the header or the name of the file says MNI."""
    header = image.header
    code = header.sform_code if header.sform_code > 0 else header.qform_code
    return header.has_orientation and (code == MNI_CODE or bool(_NAMED.search(image.path.name)))


def space_note(image: Image | None) -> str:
    """What people must know of the space of an image."""
    if image is None or is_mni(image):
        return PLAIN
    if not image.header.has_orientation:
        return f"This image has no orientation: where its voxels lie in the brain is not known. {PLAIN}"
    return f"This image does not say that it is in MNI space, so its places may be wrong here. {PLAIN}"
