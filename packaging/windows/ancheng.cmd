@echo off
rem Ancheng's command line with the Node that came along: ancheng start, ancheng --help
setlocal DisableDelayedExpansion
"%~dp0node_modules\node\bin\node.exe" "%~dp0bin\ancheng.js" %*
exit /b %ERRORLEVEL%
