"""All pictures of one look on one sheet."""

from pathlib import Path

COLUMNS, WIDTH, MARGIN, LABEL = 3, 800, 16, 28


def write_sheet(folder: Path, target: Path) -> None:
    """Write the pictures of a folder, made smaller, with their names."""
    from PySide6.QtCore import QRect, Qt
    from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

    pictures = [(path.stem, QImage(str(path))) for path in sorted(folder.glob("*.png"))]
    if not pictures:
        return
    _ = QGuiApplication.instance() or QGuiApplication(["sheet", "-platform", "offscreen"])
    small = [(name, image.scaledToWidth(WIDTH, Qt.TransformationMode.SmoothTransformation)) for name, image in pictures]
    height = max(image.height() for _, image in small) + LABEL
    rows = -(-len(small) // COLUMNS)
    sheet = QImage(COLUMNS * (WIDTH + MARGIN) + MARGIN, rows * (height + MARGIN) + MARGIN, QImage.Format.Format_RGB32)
    sheet.fill(QColor("#808080"))
    painter = QPainter(sheet)
    painter.setPen(QColor("#FFFFFF"))
    for index, (name, image) in enumerate(small):
        x = MARGIN + (index % COLUMNS) * (WIDTH + MARGIN)
        y = MARGIN + (index // COLUMNS) * (height + MARGIN)
        painter.drawText(QRect(x, y, WIDTH, LABEL), Qt.AlignmentFlag.AlignVCenter, name)
        painter.drawImage(x, y + LABEL, image)
    painter.end()
    sheet.save(str(target))
