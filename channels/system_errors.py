"""Why the operating system refused a file or folder: in Chinese, for staff, as all packages say it."""

import errno
from collections.abc import Mapping

_WHY: Mapping[int, str] = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "这是一个目录，不是文件",
    errno.ENOTDIR: "路径中间有一段不是目录",
    errno.EEXIST: "已经有同名的文件",
    errno.ENOTEMPTY: "目录不是空的",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EROFS: "磁盘是只读的",
    errno.EIO: "磁盘读写出错",
    errno.ENAMETOOLONG: "名字太长",
    errno.ELOOP: "链接绕成了圈",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.EBUSY: "正被占用",
    errno.EFBIG: "文件太大",
}


def why(error: OSError) -> str:
    """The reason; the system's own words, in brackets, only where there is none of ours."""
    known = _WHY.get(error.errno or 0)
    return known or f"系统不允许（{error.strerror or type(error).__name__}）"
