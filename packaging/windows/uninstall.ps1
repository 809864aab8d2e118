<#
Removes the program and its task. Data stays, unless asked:
  powershell -ExecutionPolicy Bypass -File .\uninstall.ps1 [-DeleteData]
#>
param(
  [switch]$DeleteData,
  [string]$Data = (Join-Path $env:ProgramData 'Ancheng')
)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$principal = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
  Write-Host '✗ 請以系統管理員身分執行 · run it as administrator' -ForegroundColor Red
  exit 3
}
if ($DeleteData) {
  Write-Host "將刪除 $Data 內全部紀錄與金鑰，無法復原。請輸入 DELETE 確認："
  Write-Host "Every record and key in $Data will be gone for good. Type DELETE to confirm:"
  if ((Read-Host) -cne 'DELETE') {
    Write-Host '未確認，未作任何變更 · not confirmed; nothing was changed'
    exit 1
  }
}

$program = $PSScriptRoot
$node = Join-Path $program 'node_modules\node\bin\node.exe'
$ancheng = Join-Path $program 'bin\ancheng.js'
& $node $ancheng service stop --data $Data
& $node $ancheng service remove
Set-Location $env:SystemRoot
Remove-Item -LiteralPath $program -Recurse -Force
if ($DeleteData) {
  Remove-Item -LiteralPath $Data -Recurse -Force
  Write-Host '程式與資料均已移除 · program and data are removed'
}
else {
  Write-Host "程式已移除，資料保留於 $Data · the program is removed; data stays in $Data"
}
